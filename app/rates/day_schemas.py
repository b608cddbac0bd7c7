"""The days of plans as clients set and see them."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.money import MAX_KOBO
from app.core.schema import Flag, Int, Kobo, Schema
from app.rates.edits import Edit, PriceChange
from app.rates.pricing import MOST_NIGHTS
from app.rates.rules import RESTRICTIONS, WEEKDAYS, Source
from app.rates.schemas import DayRange, SaidView

MOST_PLANS = 50


class DaysQuery(DayRange):
    pass


class PriceChangeIn(Schema):
    """One of the two."""

    percent = Int(-99, 1000, metadata={"description": "of what stands; rounded half up to the kobo"})
    amount = Int(-MAX_KOBO, MAX_KOBO, metadata={"description": "kobo more, or less"})

    @ma.validates_schema
    def one_of_them(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if len(data) != 1:
            raise ma.ValidationError("Give either percent or amount.", "percent")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> PriceChange:
        return PriceChange(**data)


class DaysIn(DayRange):
    """What is given is set on each of the days, null takes it back, what is left out stays."""

    weekdays = ma.fields.List(
        Int(1, WEEKDAYS),
        load_default=list,
        validate=validate.Length(max=WEEKDAYS),
        metadata={"description": "1 is Monday; none: all"},
    )
    price = Kobo(1, allow_none=True)
    change = ma.fields.Nested(PriceChangeIn, metadata={"description": "of the price that stands, whoever says it"})
    stop_sell = Flag(allow_none=True)
    closed_to_arrival = Flag(allow_none=True)
    closed_to_departure = Flag(allow_none=True)
    min_nights = Int(1, MOST_NIGHTS, allow_none=True)
    max_nights = Int(1, MOST_NIGHTS, allow_none=True)

    @ma.validates_schema
    def something_is_said(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.keys() & {"price", "change", *RESTRICTIONS}:
            raise ma.ValidationError("Nothing is said of the days.", "price")
        if {"price", "change"} <= data.keys():
            raise ma.ValidationError("Give either price or change.", "price")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        return edit_of(data)


def edit_of(data: dict[str, Any]) -> Edit:
    """The edit, from what was loaded."""
    told = {name: data[name] for name in ("price", *RESTRICTIONS) if name in data}
    weekdays = frozenset(weekday - 1 for weekday in data["weekdays"])
    return Edit(data["first"], data["last"], weekdays, told, data.get("change"))


class DaysOfPlansIn(DaysIn):
    rate_plan_ids = ma.fields.List(ma.fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_PLANS))

    @ma.validates("rate_plan_ids")
    def each_once(self, value: list[Any], **_kwargs: Any) -> None:
        if len(set(value)) < len(value):
            raise ma.ValidationError("The same plan is named twice.")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        return {"plan_ids": data["rate_plan_ids"], "edit": edit_of(data)}


class SourcesView(ma.Schema):
    """Who has said each value."""

    price = ma.fields.String(metadata={"description": "day, season_weekday, season, weekday or base"})
    stop_sell = ma.fields.String(metadata={"description": f"day, season, plan or {Source.CLOSED}"})
    closed_to_arrival = ma.fields.String(metadata={"description": "day, season or plan"})
    closed_to_departure = ma.fields.String(metadata={"description": "day, season or plan"})
    min_nights = ma.fields.String(metadata={"description": "day, season or plan"})
    max_nights = ma.fields.String(metadata={"description": "day, season or plan"})


class RunView(SaidView):
    """Days of which the same holds for the same reasons."""

    first = ma.fields.Date(data_key="from", attribute="from")
    last = ma.fields.Date(data_key="to", attribute="to", metadata={"description": "the last day, included"})
    price = ma.fields.Integer(metadata={"description": "kobo a night"})
    season = ma.fields.String(allow_none=True, metadata={"description": "its name"})
    sources = ma.fields.Nested(SourcesView)


class DaysView(ma.Schema):
    rate_plan_id = ma.fields.UUID()
    first = ma.fields.Date(data_key="from", attribute="from")
    last = ma.fields.Date(data_key="to", attribute="to")
    items = ma.fields.List(ma.fields.Nested(RunView))


class ChangedPlanView(ma.Schema):
    rate_plan_id = ma.fields.UUID()
    days_changed = ma.fields.Integer()


class ChangedDaysView(ma.Schema):
    first = ma.fields.Date(data_key="from", attribute="from")
    last = ma.fields.Date(data_key="to", attribute="to")
    items = ma.fields.List(ma.fields.Nested(ChangedPlanView))
