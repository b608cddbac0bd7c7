"""What is said about a hotel's rooms over HTTP. Runs of nights are half-open: `to` is the first day that is not among them."""

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.paging import LARGEST
from app.core.schema import Day, Instant, Int, Line, QueryInt, QueryInts, Schema, Text
from app.inventory.numbers import Numbered, Run
from app.rates.occupancy import OLDEST_CHILD
from app.rooms.models import BlockReason, RoomNow

MOST_ROOMS_AT_ONCE = 500
MOST_DAYS_SHOWN = 92
MOST_GUESTS = 20
LONGEST_NUMBER = 12
NUMBER = r"[A-Za-z0-9][A-Za-z0-9 ./-]*\Z"
LAST_DAY = date(9998, 12, 31)

OPTIONAL = {"x-optional": True}


def _word(words: Any, **kwargs: Any) -> ma.fields.String:
    return ma.fields.String(validate=validate.OneOf([str(word) for word in words]), **kwargs)


class Number(Line):
    """What stands on the door."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LONGEST_NUMBER, **kwargs)
        self.validators.append(validate.Regexp(NUMBER))


class NearDay(Day):
    """A date that others can be counted from."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(max=LAST_DAY), **kwargs)


class RoomTypeChanges(Schema):
    """What is given is written, what is left out stays."""

    name = Line(80)
    description = Text(2000, shortest=0)
    bed = Line(80, allow_none=True)
    size_sqm = Int(1, 2000, allow_none=True)
    base_occupancy = Int(1, MOST_GUESTS, metadata={"description": "how many people the price covers"})
    max_adults = Int(1, MOST_GUESTS)
    max_children = Int(0, MOST_GUESTS)
    max_occupancy = Int(1, MOST_GUESTS, metadata={"description": "adults and children together"})


class RoomTypeIn(RoomTypeChanges):
    name = Line(80, required=True)
    base_occupancy = Int(1, MOST_GUESTS, required=True, metadata={"description": "how many people the price covers"})
    max_adults = Int(1, MOST_GUESTS, required=True)
    max_children = Int(0, MOST_GUESTS, required=True)
    max_occupancy = Int(1, MOST_GUESTS, required=True, metadata={"description": "adults and children together"})


class KeptRoomTypeView(ma.Schema):
    id = ma.fields.UUID()
    hotel_id = ma.fields.UUID()
    name = ma.fields.String()
    description = ma.fields.String()
    bed = ma.fields.String(allow_none=True)
    size_sqm = ma.fields.Integer(allow_none=True)
    base_occupancy = ma.fields.Integer(metadata={"description": "how many people the price covers"})
    max_adults = ma.fields.Integer()
    max_children = ma.fields.Integer()
    max_occupancy = ma.fields.Integer(metadata={"description": "adults and children together"})
    rooms = ma.fields.Integer(metadata={"description": "how many rooms are of this type"})
    created_at = Instant()


class KeptRoomTypesView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(KeptRoomTypeView))


class RunIn(Schema):
    """Numbers from one to another, both included."""

    first = Int(0, 99_999, required=True, data_key="from")
    last = Int(0, 99_999, required=True, data_key="to")
    floor = Int(-9, 200, load_default=None, allow_none=True)
    prefix = ma.fields.String(
        load_default="", validate=validate.Regexp(r"[A-Za-z0-9./-]{0,6}\Z"), metadata={"description": "B: B101, B102 …"}
    )

    @ma.validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not 0 <= data["last"] - data["first"] < MOST_ROOMS_AT_ONCE:
            raise ma.ValidationError(f"Up to {MOST_ROOMS_AT_ONCE} numbers, from the lower to the higher.", "to")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> Run:
        return Run(**data)


class RoomsIn(Schema):
    """One room or many, of one type: numbers, ranges of numbers, or both. All are added, or none."""

    room_type_id = ma.fields.UUID(required=True)
    floor = Int(-9, 200, load_default=None, allow_none=True, metadata={"description": "of the `numbers`"})
    numbers = ma.fields.List(Number(), load_default=list, validate=validate.Length(max=MOST_ROOMS_AT_ONCE))
    ranges = ma.fields.List(ma.fields.Nested(RunIn), load_default=list, validate=validate.Length(max=50))

    @ma.validates_schema
    def some_but_not_too_many(self, data: dict[str, Any], **_kwargs: Any) -> None:
        count = len(data["numbers"]) + sum(run.last - run.first + 1 for run in data["ranges"])
        if not 1 <= count <= MOST_ROOMS_AT_ONCE:
            raise ma.ValidationError(f"Name 1 to {MOST_ROOMS_AT_ONCE} rooms.", "numbers")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        named = [Numbered(number, data["floor"]) for number in data["numbers"]]
        counted = [room for run in data["ranges"] for room in run.rooms()]
        return {"room_type_id": data["room_type_id"], "rooms": [*named, *counted]}


class RoomChanges(Schema):
    number = Number()
    floor = Int(-9, 200, allow_none=True)
    room_type_id = ma.fields.UUID(metadata={"description": "only while nobody is to sleep in it"})


class RoomView(ma.Schema):
    id = ma.fields.UUID()
    hotel_id = ma.fields.UUID()
    room_type_id = ma.fields.UUID()
    number = ma.fields.String()
    floor = ma.fields.Integer(allow_none=True)
    now = ma.fields.String(metadata={"description": "available, occupied, cleaning or maintenance"})
    defect = ma.fields.String(
        allow_none=True, metadata={"description": "to be mended; the room is on sale all the same"}
    )
    created_at = Instant()


class RoomsView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(RoomView))


class DaysIn(Schema):
    """A run of nights."""

    first = NearDay(data_key="from")
    end = NearDay(data_key="to", metadata={"description": "the first day that is not among them"})


class BlockIn(DaysIn):
    room_ids = ma.fields.List(ma.fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_ROOMS_AT_ONCE))
    first = NearDay(
        data_key="from", required=True, metadata={"description": "the first night off sale, today or later"}
    )
    end = NearDay(data_key="to", required=True, metadata={"description": "the first day it can be sold again"})
    reason = _word(BlockReason, required=True)
    note = Text(500, load_default=None, allow_none=True, metadata={"description": "names no guest"})


class BlockChanges(DaysIn):
    reason = _word(BlockReason)
    note = Text(500, allow_none=True, metadata={"description": "names no guest"})


class BlocksQuery(DaysIn):
    """Blocks that touch these days; without `from` those from the hotel's today on."""

    cursor = Text(64, load_default=None)
    limit = QueryInt(1, LARGEST, load_default=50)


class BlockView(ma.Schema):
    id = ma.fields.UUID()
    room_id = ma.fields.UUID()
    number = ma.fields.String()
    first = ma.fields.Date(data_key="from")
    end = ma.fields.Date(data_key="to", metadata={"description": "the first day it can be sold again"})
    reason = ma.fields.String(metadata={"description": "maintenance, owner_use or other"})
    note = ma.fields.String(allow_none=True)
    created_by = ma.fields.UUID(allow_none=True)
    created_at = Instant()


class BlocksView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(BlockView))


class BlockPageView(BlocksView):
    next_cursor = ma.fields.String(allow_none=True)


class StatusIn(Schema):
    """What a room is from now on."""

    now = _word(RoomNow, required=True)
    note = Text(500, load_default=None, allow_none=True, metadata={"description": "names no guest"})
    until = NearDay(
        load_default=None,
        allow_none=True,
        metadata={"description": "of maintenance: the first day the room can be sold again"},
    )

    @ma.validates_schema
    def only_maintenance_lasts(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["until"] is not None and data["now"] != RoomNow.MAINTENANCE:
            raise ma.ValidationError("Only maintenance lasts until a day.", "until")


class StatusView(ma.Schema):
    room = ma.fields.Nested(RoomView)
    today = ma.fields.Date(metadata={"description": "the date on the hotel's wall"})
    status = ma.fields.String(metadata={"description": "what the board shows of it today"})
    block = ma.fields.Nested(BlockView, allow_none=True, metadata={"description": "that of its maintenance"})


class DefectIn(Schema):
    note = Line(200, required=True, allow_none=True, metadata={"description": "null: it is mended"})


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
