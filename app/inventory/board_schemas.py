"""All rooms of a hotel at a glance, as clients ask for and see them."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.schema import Instant, QueryInt, QueryInts, Schema
from app.inventory.schemas import OPTIONAL, NearDay
from app.rates.occupancy import OLDEST_CHILD

MOST_DAYS_SHOWN = 92


class BoardQuery(Schema):
    day = NearDay(data_key="date", load_default=None, metadata={"description": "without it the hotel's today"})


class BoardRoomView(ma.Schema):
    """A room on the date. `night`: what its night is; `status`: `now` if the date is today and `now` is not `available`, else `night`."""

    id = ma.fields.UUID()
    number = ma.fields.String()
    floor = ma.fields.Integer(allow_none=True)
    room_type_id = ma.fields.UUID()
    room_type = ma.fields.String()
    now = ma.fields.String(metadata={"description": "available, occupied, cleaning or maintenance"})
    defect = ma.fields.String(allow_none=True)
    night = ma.fields.String(metadata={"description": "available, locked, booked, occupied or maintenance"})
    status = ma.fields.String()
    booking_id = ma.fields.UUID(allow_none=True)
    reference = ma.fields.String(allow_none=True)
    block_id = ma.fields.UUID(allow_none=True)
    block_reason = ma.fields.String(allow_none=True)
    block_note = ma.fields.String(allow_none=True)
    is_arrival = ma.fields.Boolean(metadata={"description": "the booking's first night"})
    is_departure = ma.fields.Boolean(metadata={"description": "somebody leaves on this day"})
    departing_booking_id = ma.fields.UUID(allow_none=True)


class BoardView(ma.Schema):
    hotel_id = ma.fields.UUID()
    date = ma.fields.Date()
    today = ma.fields.Date(metadata={"description": "the date on the hotel's wall"})
    server_now = Instant()
    rooms = ma.fields.List(ma.fields.Nested(BoardRoomView))


class RangeQuery(Schema):
    """Up to 92 days; `to` is the first day that is not shown."""

    first = NearDay(data_key="from", required=True)
    end = NearDay(data_key="to", required=True, metadata={"description": "at most 92 days after `from`"})

    @ma.validates_schema
    def a_season_at_most(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not 1 <= (data["end"] - data["first"]).days <= MOST_DAYS_SHOWN:
            raise ma.ValidationError(f"1 to {MOST_DAYS_SHOWN} days after `from`.", "to")


class CalendarRunView(ma.Schema):
    """What takes a room, cut to the days shown."""

    first = ma.fields.Date(data_key="from")
    end = ma.fields.Date(data_key="to")
    begins_before = ma.fields.Boolean(metadata={"description": "before the days shown"})
    ends_after = ma.fields.Boolean(metadata={"description": "after the days shown"})
    kind = ma.fields.String(metadata={"description": "booking or block"})
    night = ma.fields.String(metadata={"description": "locked, booked, occupied or maintenance"})
    booking_id = ma.fields.UUID(allow_none=True)
    reference = ma.fields.String(allow_none=True)
    booking_status = ma.fields.String(allow_none=True)
    block_id = ma.fields.UUID(allow_none=True)
    block_reason = ma.fields.String(allow_none=True)


class CalendarRoomView(ma.Schema):
    """Where no run is, the room is free."""

    id = ma.fields.UUID()
    number = ma.fields.String()
    floor = ma.fields.Integer(allow_none=True)
    room_type_id = ma.fields.UUID()
    now = ma.fields.String()
    defect = ma.fields.String(allow_none=True)
    runs = ma.fields.List(ma.fields.Nested(CalendarRunView))


class _ShownDays(ma.Schema):
    hotel_id = ma.fields.UUID()
    first = ma.fields.Date(data_key="from")
    end = ma.fields.Date(data_key="to")
    today = ma.fields.Date(metadata={"description": "the date on the hotel's wall"})
    server_now = Instant()


class CalendarView(_ShownDays):
    rooms = ma.fields.List(ma.fields.Nested(CalendarRoomView))


class NightCountView(ma.Schema):
    """total = blocked + held + sold + sellable"""

    date = ma.fields.Date()
    total = ma.fields.Integer()
    blocked = ma.fields.Integer()
    held = ma.fields.Integer(metadata={"description": "by bookings that wait for their payment"})
    sold = ma.fields.Integer()
    sellable = ma.fields.Integer()


class TypeNightsView(ma.Schema):
    room_type_id = ma.fields.UUID()
    name = ma.fields.String()
    nights = ma.fields.List(ma.fields.Nested(NightCountView))


class AvailabilityView(_ShownDays):
    room_types = ma.fields.List(ma.fields.Nested(TypeNightsView))


class WhyQuery(Schema):
    check_in = NearDay(required=True)
    check_out = NearDay(required=True, metadata={"description": "the day of departure: 1 to 30 nights later"})
    adults = QueryInt(1, 36, load_default=2)
    children = QueryInts(
        QueryInt(0, OLDEST_CHILD),
        load_default=[],
        validate=validate.Length(max=27),
        metadata={"description": "their ages"},
    )
    rooms = QueryInt(1, 9, load_default=1, metadata={"description": "guests are spread evenly over them"})


class WhyReasonView(ma.Schema):
    reason = ma.fields.String()
    date = ma.fields.Date(metadata={"description": "the day it is about, if it is about one"} | OPTIONAL)


class WhyPlanView(ma.Schema):
    rate_plan_id = ma.fields.UUID()
    name = ma.fields.String()
    is_sellable = ma.fields.Boolean(metadata={"description": "nothing here, of its type or of the hotel is in the way"})
    reasons = ma.fields.List(ma.fields.Nested(WhyReasonView))


class WhyTypeView(TypeNightsView):
    rooms_free = ma.fields.Integer(metadata={"description": "for the whole stay"})
    reasons = ma.fields.List(
        ma.fields.Nested(WhyReasonView),
        metadata={
            "description": "sold_out by date, no_rooms, no_rate_plan; no_room_throughout: no room is free on all nights"
        },
    )
    rate_plans = ma.fields.List(ma.fields.Nested(WhyPlanView))


class WhyView(ma.Schema):
    hotel_id = ma.fields.UUID()
    check_in = ma.fields.Date()
    check_out = ma.fields.Date()
    rooms = ma.fields.Integer()
    server_now = Instant()
    reasons = ma.fields.List(
        ma.fields.Nested(WhyReasonView),
        metadata={"description": "of the whole hotel: hotel_not_selling, outside_sale_period"},
    )
    room_types = ma.fields.List(ma.fields.Nested(WhyTypeView))
