"""Taxes and fees as clients send and see them."""

from typing import Any

import marshmallow as ma

from app.core.schema import Flag, Instant, Kobo, Line, Schema, Text
from app.hotels.schemas import Word
from app.rates.models import ChargeKind
from app.rates.schemas import CalendarDay


class ChargeIn(Schema):
    """In force for stays that begin on a day from the first to the last one."""

    name = Line(80, required=True)
    description = Text(400, shortest=0, load_default="")
    kind = Word(ChargeKind, required=True)
    value = Kobo(
        1, required=True, metadata={"description": "basis points of what the rooms cost (750 is 7.5 %), or kobo"}
    )
    is_included = Flag(load_default=False, metadata={"description": "the prices hold it: shown, not added"})
    first = CalendarDay(required=True, data_key="from")
    last = CalendarDay(
        load_default=None, allow_none=True, data_key="to", metadata={"description": "null: no end known"}
    )

    @ma.validates_schema
    def no_more_than_all(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["kind"] == ChargeKind.PERCENT and data["value"] > 10_000:
            raise ma.ValidationError("At most 10,000 basis points.", "value")


class StateChargeIn(ChargeIn):
    state = Line(80, load_default=None, allow_none=True, metadata={"description": "null: the whole country"})


class ChargeEnd(Schema):
    last = CalendarDay(required=True, allow_none=True, data_key="to", metadata={"description": "null: no end known"})


class ChargeView(ma.Schema):
    id = ma.fields.UUID()
    hotel_id = ma.fields.UUID(allow_none=True, metadata={"description": "null: the platform's"})
    state = ma.fields.String(allow_none=True)
    name = ma.fields.String()
    description = ma.fields.String()
    kind = ma.fields.String(metadata={"description": "percent, per_stay, per_room_night or per_person_night"})
    value = ma.fields.Integer(metadata={"description": "basis points, or kobo"})
    is_included = ma.fields.Boolean()
    first = ma.fields.Date(data_key="from", attribute="from")
    last = ma.fields.Date(data_key="to", attribute="to", allow_none=True)
    created_at = Instant()


class ChargesView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(ChargeView))


class ChargesQuery(Schema):
    state = Text(80, metadata={"description": "those of the country and of this state"})
