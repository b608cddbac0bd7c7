"""Changes of a booking as clients ask for and see them, and what a hotel's people say of theirs."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.bookings.models import ReasonCode
from app.bookings.request import ChangeRequest, RoomChange
from app.bookings.schemas import MOST_ROOMS, NO_NAMES, ChargeOut, NightOut
from app.core.schema import Day, Int, Kobo, Schema, Text


class HotelCancelIn(Schema):
    """Why a hotel cancels: a word for the books, and a sentence that the guest reads."""

    reason_code = ma.fields.Enum(ReasonCode, by_value=True, required=True)
    reason = Text(500, required=True, metadata={"description": NO_NAMES})


class WaiverIn(Schema):
    """`penalty_amount` (kobo): what the cancellation is to cost instead."""

    penalty_amount = Kobo(0, required=True)
    reason = Text(500, required=True, metadata={"description": NO_NAMES})


class RoomChangeIn(Schema):
    """A room as it is to be: one of the booking's with what is to be other, or one more, which needs type, plan and adults."""

    booking_room_id = ma.fields.UUID(load_default=None)
    room_type_id = ma.fields.UUID(load_default=None)
    rate_plan_id = ma.fields.UUID(load_default=None)
    adults = Int(1, 20, load_default=None)
    children = ma.fields.List(
        Int(0, 17), load_default=None, validate=validate.Length(max=10), metadata={"description": "ages"}
    )

    @ma.validates_schema
    def one_more_is_told_whole(self, data: dict[str, Any], **_kwargs: Any) -> None:
        needed = ("room_type_id", "rate_plan_id", "adults")
        if data["booking_room_id"] is None and (missing := [name for name in needed if data[name] is None]):
            raise ma.ValidationError({name: ["One more room needs it."] for name in missing})

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> RoomChange:
        children = data["children"]
        return RoomChange(**data | {"children": None if children is None else tuple(children)})


class ChangeIn(Schema):
    """What is not given stays as it is. `rooms`: all that there are to be; those of the booking that are not named are given up.
    `expected_total` (kobo): what the guest was shown.
    """

    check_in = Day(load_default=None)
    check_out = Day(load_default=None, metadata={"description": "the first night not slept"})
    rooms = ma.fields.List(
        ma.fields.Nested(RoomChangeIn), load_default=None, validate=validate.Length(min=1, max=MOST_ROOMS)
    )
    expected_total = Kobo(1, load_default=None)

    @ma.validates_schema
    def each_room_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        named = [room.booking_room_id for room in data["rooms"] or () if room.booking_room_id]
        if len(set(named)) < len(named):
            raise ma.ValidationError("The same room is named twice.", "rooms")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> ChangeRequest:
        return ChangeRequest(**data)


class ChangedRoomOut(Schema):
    """`terms`: `kept` as they were when it was booked, with the prices of its nights, or `new`. `booking_room_id`: null for one more."""

    booking_room_id = ma.fields.UUID(allow_none=True)
    room_type_id = ma.fields.UUID()
    rate_plan_id = ma.fields.UUID()
    adults = ma.fields.Integer()
    children = ma.fields.List(ma.fields.Integer())
    terms = ma.fields.String()
    nights = ma.fields.List(ma.fields.Nested(NightOut))


class ChangePreviewOut(Schema):
    """What a change costs, in kobo. `difference`: of the totals. `due_amount`: to be paid before it is applied. `refund_amount` and
    `forfeited_amount`: what of a surplus goes back, and what does not, because cancelling would have cost it. `least_penalty`: what
    cancelling costs at least afterwards.
    """

    check_in = Day()
    check_out = Day()
    rooms = ma.fields.List(ma.fields.Nested(ChangedRoomOut))
    charges = ma.fields.List(ma.fields.Nested(ChargeOut))
    rooms_amount = Kobo()
    charges_amount = Kobo()
    total_amount = Kobo()
    difference = ma.fields.Integer()
    due_amount = Kobo()
    refund_amount = Kobo()
    forfeited_amount = Kobo()
    least_penalty = Kobo()
    payment_timing = ma.fields.String()
    currency = ma.fields.String()
