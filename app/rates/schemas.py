"""What is said about rates over HTTP. Money in kobo; ranges of days name the first and the last one, both included."""

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from marshmallow import validate
from sqlalchemy.dialects.postgresql import Range

from app.core.money import MAX_KOBO
from app.core.schema import Day, Flag, Instant, Int, Kobo, Line, Schema
from app.hotels.schemas import Word
from app.rates import windows
from app.rates.models import ChangeTerms, Meals, PaymentTiming
from app.rates.occupancy import OLDEST_CHILD
from app.rates.pricing import MOST_NIGHTS
from app.rates.rules import WEEKDAYS

FIRST, LAST = date(2020, 1, 1), date(2100, 1, 1)
MOST_DAYS = 731
MOST_SEASONS = 50
MONDAY_FIRST = "kobo for each weekday, Monday first; null: what else is said"
NO_DAYS = "Comes before the first day."


class CalendarDay(Day):
    """A day of a calendar that people keep: 2020 to 2099."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST <= day < LAST:
            raise ma.ValidationError("Not a day from 2020 to 2099.")
        return day


class WeekdayPrices(ma.fields.List[Any]):
    """Seven prices or nulls."""

    def __init__(self, **kwargs: Any) -> None:
        seven = {"minItems": WEEKDAYS, "maxItems": WEEKDAYS}
        super().__init__(
            Kobo(1, allow_none=True),
            allow_none=True,
            validate=validate.Length(equal=WEEKDAYS),
            metadata={"description": MONDAY_FIRST} | seven,
            **kwargs,
        )


def said_of_weekdays(prices: list[int | None] | None) -> list[int | None] | None:
    """Seven nulls say nothing."""
    return prices if prices and any(price is not None for price in prices) else None


class DayRange(Schema):
    first = CalendarDay(required=True, data_key="from", metadata={"description": "the first day"})
    last = CalendarDay(required=True, data_key="to", metadata={"description": "the last day, included"})

    @ma.validates_schema
    def days_are_some(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["last"] < data["first"]:
            raise ma.ValidationError(NO_DAYS, "to")
        if (data["last"] - data["first"]).days >= MOST_DAYS:
            raise ma.ValidationError(f"At most {MOST_DAYS} days.", "to")


class WindowIn(Schema):
    until_hours_before = Int(
        0, windows.MOST_HOURS, required=True, allow_none=True, metadata={"description": "before check-in; null: open"}
    )
    penalty = ma.fields.String(required=True, validate=validate.OneOf(list(windows.VALUES)))
    value = Int(0, MAX_KOBO, required=True, metadata={"description": "nights, per cent, or kobo a room; 0 with none"})


class ChildPriceIn(Schema):
    to_age = Int(0, OLDEST_CHILD, required=True, metadata={"description": "children up to this age"})
    price = Kobo(0, required=True, metadata={"description": "kobo a night"})


class SeasonIn(DayRange):
    """What it does not say (null) the plan says."""

    name = Line(80, required=True)
    price = Kobo(1, load_default=None, allow_none=True)
    weekday_prices = WeekdayPrices(load_default=None)
    stop_sell = Flag(load_default=None, allow_none=True)
    closed_to_arrival = Flag(load_default=None, allow_none=True)
    closed_to_departure = Flag(load_default=None, allow_none=True)
    min_nights = Int(1, MOST_NIGHTS, load_default=None, allow_none=True)
    max_nights = Int(1, MOST_NIGHTS, load_default=None, allow_none=True)

    @ma.post_load
    def as_columns(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        first, last = data.pop("first"), data.pop("last")
        days = Range(first, last + timedelta(days=1))
        return data | {"days": days, "weekday_prices": said_of_weekdays(data["weekday_prices"])}


class RatePlanChanges(Schema):
    """What is given is written, what is left out stays; `windows`, `child_prices` and `seasons` are replaced whole."""

    name = Line(120)
    meals = Word(Meals)
    payment_timing = Word(PaymentTiming)
    price = Kobo(1, metadata={"description": "the base price of a night"})
    weekday_prices = WeekdayPrices()
    seasons = ma.fields.List(ma.fields.Nested(SeasonIn), validate=validate.Length(max=MOST_SEASONS))
    windows = ma.fields.List(
        ma.fields.Nested(WindowIn),
        validate=validate.Length(min=1, max=windows.MOST_WINDOWS),
        metadata={"description": "what cancelling costs, in the order of time; the last one is open"},
    )
    grace_minutes = Int(0, 1440, metadata={"description": "so long after it was booked, cancelling costs nothing"})
    change_terms = Word(ChangeTerms, metadata={"description": "nights that stay keep their price, or all is new"})
    is_open = Flag(metadata={"description": "false: sold on no day"})
    stop_sell = Flag(metadata={"description": "on days of which nothing else is said, as the next four"})
    closed_to_arrival = Flag()
    closed_to_departure = Flag()
    min_nights = Int(1, MOST_NIGHTS)
    max_nights = Int(1, MOST_NIGHTS)
    lead_days = Int(0, 365, metadata={"description": "least days between booking and arrival"})
    advance_days = Int(0, 1000, metadata={"description": "most days between booking and arrival"})
    extra_adult_price = Kobo(0, metadata={"description": "kobo a night for each adult above the type's base occupancy"})
    child_prices = ma.fields.List(
        ma.fields.Nested(ChildPriceIn),
        validate=validate.Length(max=OLDEST_CHILD + 1),
        metadata={"description": "youngest first; older children count as adults"},
    )

    @ma.validates_schema
    def windows_are_a_policy(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if found := windows.faults(data.get("windows", ())):
            raise ma.ValidationError({"windows": {place: [fault] for place, fault in found.items()}})

    @ma.validates_schema
    def bands_follow_each_other(self, data: dict[str, Any], **_kwargs: Any) -> None:
        ages = [band["to_age"] for band in data.get("child_prices", ())]
        if ages != sorted(set(ages)):
            raise ma.ValidationError("Each band reaches to a higher age than the one before it.", "child_prices")

    @ma.post_load
    def as_columns(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Nothing is kept of what says nothing."""
        said: dict[str, Any] = {}
        if "child_prices" in data:
            said["child_prices"] = data["child_prices"] or None
        if "weekday_prices" in data:
            said["weekday_prices"] = said_of_weekdays(data["weekday_prices"])
        return data | said


class RatePlanDraft(RatePlanChanges):
    name = Line(120, required=True)
    room_type_id = ma.fields.UUID(required=True)
    meals = Word(Meals, required=True)
    payment_timing = Word(PaymentTiming, required=True)
    price = Kobo(1, required=True, metadata={"description": "the base price of a night"})
    windows = ma.fields.List(
        ma.fields.Nested(WindowIn),
        required=True,
        validate=validate.Length(min=1, max=windows.MOST_WINDOWS),
        metadata={"description": "what cancelling costs, in the order of time; the last one is open"},
    )


class SaidView(ma.Schema):
    stop_sell = ma.fields.Boolean(allow_none=True)
    closed_to_arrival = ma.fields.Boolean(allow_none=True)
    closed_to_departure = ma.fields.Boolean(allow_none=True)
    min_nights = ma.fields.Integer(allow_none=True)
    max_nights = ma.fields.Integer(allow_none=True)


class SeasonView(SaidView):
    name = ma.fields.String()
    first = ma.fields.Date(data_key="from", attribute="from")
    last = ma.fields.Date(data_key="to", attribute="to", metadata={"description": "the last day, included"})
    price = ma.fields.Integer(allow_none=True)
    weekday_prices = ma.fields.List(
        ma.fields.Integer(allow_none=True), allow_none=True, metadata={"description": MONDAY_FIRST}
    )


class WindowView(ma.Schema):
    until_hours_before = ma.fields.Integer(allow_none=True)
    penalty = ma.fields.String(metadata={"description": "none, nights, percent or amount"})
    value = ma.fields.Integer()


class ChildPriceView(ma.Schema):
    to_age = ma.fields.Integer()
    price = ma.fields.Integer(metadata={"description": "kobo a night"})


class RatePlanView(ma.Schema):
    id = ma.fields.UUID()
    hotel_id = ma.fields.UUID()
    room_type_id = ma.fields.UUID()
    room_type = ma.fields.String(metadata={"description": "its name"})
    name = ma.fields.String()
    meals = ma.fields.String(metadata={"description": "room_only, breakfast, half_board or full_board"})
    payment_timing = ma.fields.String(metadata={"description": "pay_now or pay_at_hotel"})
    price = ma.fields.Integer(metadata={"description": "kobo: the base price of a night"})
    currency = ma.fields.String()
    weekday_prices = ma.fields.List(
        ma.fields.Integer(allow_none=True), allow_none=True, metadata={"description": MONDAY_FIRST}
    )
    seasons = ma.fields.List(ma.fields.Nested(SeasonView), metadata={"description": "in the order of their days"})
    windows = ma.fields.List(ma.fields.Nested(WindowView))
    grace_minutes = ma.fields.Integer()
    change_terms = ma.fields.String(metadata={"description": "keep or new"})
    is_open = ma.fields.Boolean(metadata={"description": "false: sold on no day"})
    stop_sell = ma.fields.Boolean()
    closed_to_arrival = ma.fields.Boolean()
    closed_to_departure = ma.fields.Boolean()
    min_nights = ma.fields.Integer()
    max_nights = ma.fields.Integer()
    lead_days = ma.fields.Integer(metadata={"description": "least days between booking and arrival"})
    advance_days = ma.fields.Integer(metadata={"description": "most days between booking and arrival"})
    extra_adult_price = ma.fields.Integer(metadata={"description": "kobo a night"})
    child_prices = ma.fields.List(ma.fields.Nested(ChildPriceView))
    created_at = Instant()
    updated_at = Instant()


class RatePlansView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(RatePlanView))
