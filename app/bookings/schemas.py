"""Bookings on the wire. Money in kobo, dates of stays without a zone, instants in UTC."""

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.bookings.request import BookingRequest, Guest, RoomRequest
from app.core.schema import Day, Email, Instant, Int, Kobo, Phone, QueryInt, Schema, Text

MOST_ROOMS = 8
NO_NAMES = "kept in the audit log for good: name no guest in it"


class RoomIn(Schema):
    """One room: `room_type_id` for any room of the type, or `room_id` for this very room."""

    room_type_id = ma.fields.UUID()
    room_id = ma.fields.UUID()
    rate_plan_id = ma.fields.UUID(required=True)
    adults = Int(1, 20, required=True)
    children = ma.fields.List(
        Int(0, 17), load_default=list, validate=validate.Length(max=10), metadata={"description": "ages"}
    )

    @ma.validates_schema
    def either_room_or_type(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("room_id" in data) == ("room_type_id" in data):
            raise ma.ValidationError("Give either room_type_id or room_id.", "room_type_id")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> RoomRequest:
        return RoomRequest(**data | {"children": tuple(data["children"])})


class GuestIn(Schema):
    """Who stays; the confirmation goes to `email`. Without a login `phone` is required."""

    name = Text(200, required=True)
    email = Email(required=True)
    phone = Phone(load_default=None, allow_none=True, metadata={"description": "E.164, or as dialled in Nigeria"})

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> Guest:
        return Guest(**data)


class BookingIn(Schema):
    """`expected_total` (kobo): what the guest was shown; if it is not the price any more, 409 `price_changed` tells the new one."""

    hotel_id = ma.fields.UUID(required=True)
    check_in = Day(required=True)
    check_out = Day(
        required=True, metadata={"description": "the first night not slept; at most 30 nights after check_in"}
    )
    rooms = ma.fields.List(ma.fields.Nested(RoomIn), required=True, validate=validate.Length(min=1, max=MOST_ROOMS))
    guest = ma.fields.Nested(GuestIn, required=True)
    special_requests = Text(1000, load_default=None, allow_none=True)
    search_id = ma.fields.UUID(load_default=None, allow_none=True)
    expected_total = Kobo(1, load_default=None, allow_none=True)

    @ma.validates_schema
    def each_room_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        named = [room.room_id for room in data["rooms"] if room.room_id]
        if len(set(named)) < len(named):
            raise ma.ValidationError("The same room is named twice.", "rooms")

    @ma.validates_schema
    def dates_are_a_stay(self, data: dict[str, date], **_kwargs: Any) -> None:
        if data["check_out"] <= data["check_in"]:
            raise ma.ValidationError("Comes after check_in.", "check_out")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> BookingRequest:
        return BookingRequest(**data)


class CancelIn(Schema):
    """`preview_token`: of the preview that was shown; then it costs no more than that said."""

    reason = Text(500, load_default=None, allow_none=True)
    preview_token = Text(100, load_default=None, allow_none=True)


class LookupIn(Schema):
    """What a guest without an account knows of his booking."""

    reference = Text(32, required=True, metadata={"description": "as in the mail, in capitals or not"})
    email = Email(required=True)


class PageArgs(Schema):
    cursor = Text(64, load_default=None)
    limit = QueryInt(1, 100, load_default=20)


class NightOut(Schema):
    date = Day()
    amount = Kobo()


class BookedRoomOut(Schema):
    id = ma.fields.UUID()
    room_type_id = ma.fields.UUID()
    room_id = ma.fields.UUID()
    rate_plan_id = ma.fields.UUID()
    rate_plan = ma.fields.String(metadata={"description": "its name when it was booked"})
    meals = ma.fields.String()
    adults = ma.fields.Integer()
    children = ma.fields.List(ma.fields.Integer())
    nights = ma.fields.List(ma.fields.Nested(NightOut))


class ChargeOut(Schema):
    """A tax or fee."""

    name = ma.fields.String()
    amount = Kobo()
    is_included = ma.fields.Boolean(metadata={"description": "the nights hold it already: shown, not added"})


class WindowOut(Schema):
    starts_at = Instant(allow_none=True)
    ends_at = Instant(allow_none=True)
    penalty = ma.fields.String()
    value = ma.fields.Integer()


class RoomPolicyOut(Schema):
    """The windows of one room's plan."""

    booking_room_id = ma.fields.UUID()
    windows = ma.fields.List(ma.fields.Nested(WindowOut))


class CancellationOut(Schema):
    """`windows`: by room, the grace after booking first. `least_penalty` (kobo): what cancelling costs at least since a change of dates."""

    free_until = Instant(allow_none=True, metadata={"description": "null when cancelling costs something from now on"})
    least_penalty = Kobo()
    windows = ma.fields.List(ma.fields.Nested(RoomPolicyOut))


class PreviewOut(CancellationOut):
    """What cancelling costs now, in kobo. Sent along with `token` until `valid_until` it costs no more than this, while the booking stays
    as it is. `owed_amount`: of the penalty what is not paid; nobody collects it. `reason`: `free`, `grace`, `policy`, `after_change` (a
    change of dates does not undo what cancelling had cost), or `not_confirmed`.
    """

    penalty_amount = Kobo()
    refund_amount = Kobo()
    owed_amount = Kobo()
    currency = ma.fields.String()
    reason = ma.fields.String()
    token = ma.fields.String()
    valid_until = Instant()
    server_now = Instant()


class CancelledOut(Schema):
    """What became of a cancelled booking's money, in kobo: `waived_amount` of the penalty was let off, `owed_amount` of it is not paid."""

    cancelled_by = ma.fields.String()
    reason_code = ma.fields.String(allow_none=True)
    penalty_amount = Kobo()
    waived_amount = Kobo()
    refund_amount = Kobo()
    owed_amount = Kobo()


class WaitingChangeOut(Schema):
    """A change that waits for the payment of its `difference` (kobo) until `hold_expires_at`; paid, it is applied."""

    id = ma.fields.UUID()
    asked_by = ma.fields.String()
    check_in = Day()
    check_out = Day()
    total_amount = Kobo()
    difference = Kobo()
    hold_expires_at = Instant()


class GuestOut(Schema):
    name = ma.fields.String()
    email = ma.fields.String()
    phone = ma.fields.String(allow_none=True)


class BookingOut(Schema):
    """`server_now` lets a client count down to `hold_expires_at` without trusting its own clock; `actions` are those allowed now.

    `paid_amount` came in, `returned_amount` of it was promised back, `forfeited_amount` is what changes cost; `revision` counts those.
    """

    id = ma.fields.UUID()
    reference = ma.fields.String()
    hotel_id = ma.fields.UUID()
    status = ma.fields.String()
    payment_status = ma.fields.String()
    payment_timing = ma.fields.String()
    check_in = Day()
    check_out = Day()
    nights = ma.fields.Integer()
    rooms = ma.fields.List(ma.fields.Nested(BookedRoomOut))
    charges = ma.fields.List(ma.fields.Nested(ChargeOut))
    rooms_amount = Kobo()
    charges_amount = Kobo(metadata={"description": "of the charges on top"})
    total_amount = Kobo()
    paid_amount = Kobo()
    returned_amount = Kobo()
    forfeited_amount = Kobo()
    revision = ma.fields.Integer()
    currency = ma.fields.String()
    guest = ma.fields.Nested(GuestOut)
    special_requests = ma.fields.String(allow_none=True)
    search_id = ma.fields.UUID(allow_none=True)
    hold_expires_at = Instant(allow_none=True)
    created_at = Instant()
    server_now = Instant()
    cancellation = ma.fields.Nested(CancellationOut)
    cancelled = ma.fields.Nested(CancelledOut, allow_none=True)
    change = ma.fields.Nested(WaitingChangeOut, allow_none=True)
    actions = ma.fields.List(ma.fields.String())


class BookingMadeOut(BookingOut):
    """`booking_token`: told to who books without a login. Sent as `Booking-Token` it reads, pays, changes and cancels this booking alone;
    the same request sent again tells it again, and our mails to the guest carry it. Who is logged in needs none and is told none.
    """

    booking_token = ma.fields.String(metadata={"x-optional": True})


class LinkAskedOut(Schema):
    """The same whether there is such a booking or not."""

    ok = ma.fields.Constant(True)


class BookingsOut(Schema):
    items = ma.fields.List(ma.fields.Nested(BookingOut))
    next_cursor = ma.fields.String(allow_none=True)
