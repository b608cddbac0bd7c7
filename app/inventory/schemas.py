"""What is said about a hotel's rooms over HTTP. Runs of nights are half-open: `to` is the first day that is not among them."""

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.paging import LARGEST
from app.core.schema import Day, Instant, Int, Line, QueryInt, Schema, Text
from app.inventory.numbers import Numbered, Run
from app.rooms.models import BlockReason, RoomNow

MOST_ROOMS_AT_ONCE = 500
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
