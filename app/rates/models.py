"""Under which terms a room type is sold (rate plans), the rules of their prices, what follows from these over runs of equal days (rate
spans), and the taxes and fees on top.
"""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Kobo, Model, Stamped, one_of


class Meals(StrEnum):
    ROOM_ONLY = "room_only"
    BREAKFAST = "breakfast"
    HALF_BOARD = "half_board"
    FULL_BOARD = "full_board"


class PaymentTiming(StrEnum):
    PAY_NOW = "pay_now"
    PAY_AT_HOTEL = "pay_at_hotel"


class ChangeTerms(StrEnum):
    """What a change of dates does to the nights that stay: they cost what they cost, or all is priced anew."""

    KEEP = "keep"
    NEW = "new"


class ChargeKind(StrEnum):
    """What a tax or fee is counted by: `percent` of what the rooms cost (basis points), or kobo."""

    PERCENT = "percent"
    PER_STAY = "per_stay"
    PER_ROOM_NIGHT = "per_room_night"
    PER_PERSON_NIGHT = "per_person_night"


FREE = text("false")
# What a season or a single day may say; what it does not say is NULL.
SAID = {
    "price": "price > 0",
    "min_nights": "min_nights BETWEEN 1 AND 30",
    "max_nights": "max_nights BETWEEN min_nights AND 30",
    "most_nights": "max_nights BETWEEN 1 AND 30",
}


def seven_prices(column: str) -> str:
    """SQL of a CHECK that the column holds a price or NULL for each weekday, Monday first."""
    return f"cardinality({column}) = 7 AND 0 < ALL({column})"


class RatePlan(Model):
    """`price` is the base price of a night in kobo; the rule engine (`app/rates/rules.py`) makes `rate_spans` of it and of all the
    other rules: `weekday_prices` (Monday first, NULL = the base price), the plan's seasons and its days. The five restrictions here hold
    on days of which neither the season nor the day itself says otherwise; a plan that is not `is_open` is sold on no day.

    Guests book at least `lead_days` and at most `advance_days` before they arrive. Each adult above the room type's `base_occupancy` costs
    `extra_adult_price` a night; `child_prices` are `[{"to_age": int, "price": kobo}]`, youngest first, NULL = none; a child above the last
    band counts as an adult.

    `windows`: the cancellation policy, ordered:
    `[{"until_hours_before": int | null, "penalty": "none" | "nights" | "percent" | "amount", "value": int}]`;
    hours count back from the hotel's check-in time on the first day, null = from there on; an amount is kobo a room. For `grace_minutes`
    after it was booked, a booking is cancelled for nothing whatever the windows say.
    """

    __tablename__ = "rate_plans"
    __table_args__ = (
        CheckConstraint(one_of("meals", Meals), name="meals"),
        CheckConstraint(one_of("payment_timing", PaymentTiming), name="payment_timing"),
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("grace_minutes BETWEEN 0 AND 1440", name="grace_minutes"),
        CheckConstraint(one_of("change_terms", ChangeTerms), name="change_terms"),
        CheckConstraint(seven_prices("weekday_prices"), name="weekday_prices"),
        CheckConstraint("min_nights BETWEEN 1 AND max_nights AND max_nights <= 30", name="stay_nights"),
        CheckConstraint("lead_days BETWEEN 0 AND 365 AND advance_days BETWEEN lead_days AND 1000", name="booked_ahead"),
        CheckConstraint("extra_adult_price >= 0", name="extra_adult_price"),
        Index("ix_rate_plans_room_type_id", "room_type_id"),
        Index("ix_rate_plans_hotel_id", "hotel_id"),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    room_type_id: Mapped[UUID] = mapped_column(ForeignKey("room_types.id"))
    name: Mapped[str] = mapped_column(Text)
    meals: Mapped[str] = mapped_column(Text)
    payment_timing: Mapped[str] = mapped_column(Text)
    price: Mapped[Kobo]
    currency: Mapped[str] = mapped_column(Text, server_default="NGN")
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    grace_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    change_terms: Mapped[str] = mapped_column(Text, server_default=ChangeTerms.KEEP)
    is_open: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    weekday_prices: Mapped[list[int | None] | None] = mapped_column(ARRAY(BigInteger))
    stop_sell: Mapped[bool] = mapped_column(Boolean, server_default=FREE)
    closed_to_arrival: Mapped[bool] = mapped_column(Boolean, server_default=FREE)
    closed_to_departure: Mapped[bool] = mapped_column(Boolean, server_default=FREE)
    min_nights: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    max_nights: Mapped[int] = mapped_column(SmallInteger, server_default="30")
    lead_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    advance_days: Mapped[int] = mapped_column(SmallInteger, server_default="1000")
    extra_adult_price: Mapped[int] = mapped_column(BigInteger, server_default="0")
    child_prices: Mapped[list[dict[str, int]] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Stamped]
    updated_at: Mapped[Stamped]
    retired_at: Mapped[Instant | None]


class RateSeason(Model):
    """A named part of the year of one plan: what it does not say (NULL) the plan says."""

    __tablename__ = "rate_seasons"
    __table_args__ = (
        ExcludeConstraint(
            ("rate_plan_id", "="), ("days", "&&"), using="gist", name="ex_rate_seasons_rate_plan_id_days"
        ),
        CheckConstraint("NOT isempty(days) AND lower(days) IS NOT NULL AND upper(days) IS NOT NULL", name="bounded"),
        CheckConstraint(seven_prices("weekday_prices"), name="weekday_prices"),
        *(CheckConstraint(rule, name=name) for name, rule in SAID.items()),
    )

    id: Mapped[Id]
    rate_plan_id: Mapped[UUID] = mapped_column(ForeignKey("rate_plans.id"))
    name: Mapped[str] = mapped_column(Text)
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    price: Mapped[int | None] = mapped_column(BigInteger)
    weekday_prices: Mapped[list[int | None] | None] = mapped_column(ARRAY(BigInteger))
    stop_sell: Mapped[bool | None]
    closed_to_arrival: Mapped[bool | None]
    closed_to_departure: Mapped[bool | None]
    min_nights: Mapped[int | None] = mapped_column(SmallInteger)
    max_nights: Mapped[int | None] = mapped_column(SmallInteger)


class RateDay(Model):
    """What is said of one day of one plan alone; a day of which nothing is said has no row."""

    __tablename__ = "rate_days"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights) > 0",
            name="says_something",
        ),
        *(CheckConstraint(rule, name=name) for name, rule in SAID.items()),
    )

    rate_plan_id: Mapped[UUID] = mapped_column(ForeignKey("rate_plans.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    price: Mapped[int | None] = mapped_column(BigInteger)
    stop_sell: Mapped[bool | None]
    closed_to_arrival: Mapped[bool | None]
    closed_to_departure: Mapped[bool | None]
    min_nights: Mapped[int | None] = mapped_column(SmallInteger)
    max_nights: Mapped[int | None] = mapped_column(SmallInteger)


class RateSpan(Model):
    """One run of equal days. No row for a day: the plan is not sold on it."""

    __tablename__ = "rate_spans"
    __table_args__ = (
        ExcludeConstraint(("rate_plan_id", "="), ("days", "&&"), using="gist", name="ex_rate_spans_rate_plan_id_days"),
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("NOT isempty(days) AND lower(days) IS NOT NULL AND upper(days) IS NOT NULL", name="bounded"),
        Index(
            "ix_rate_spans_nights",
            "rate_plan_id",
            text("lower(days)"),
            postgresql_include=[
                "days",
                "price",
                "stop_sell",
                "closed_to_arrival",
                "closed_to_departure",
                "min_nights",
                "max_nights",
            ],
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    rate_plan_id: Mapped[UUID] = mapped_column(ForeignKey("rate_plans.id"))
    days: Mapped[Range[date]] = mapped_column(DATERANGE)
    price: Mapped[Kobo]
    stop_sell: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    closed_to_arrival: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    closed_to_departure: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    min_nights: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    max_nights: Mapped[int] = mapped_column(SmallInteger, server_default="30")


class Charge(Model):
    """A tax or fee: of one hotel, of all hotels of a `state`, or, with neither, of all hotels. In force for stays that begin on a day of
    `valid`. `value`: basis points of what the rooms cost, or kobo. `is_included`: the prices hold it already.

    `place` is where the search finds it: the hotel's id, the state, or nothing.
    """

    __tablename__ = "charges"
    __table_args__ = (
        ExcludeConstraint(
            ("place", "="),
            (text("lower(name)"), "="),
            ("valid", "&&"),
            using="gist",
            where=text("retired_at IS NULL"),
            name="ex_charges_place_name_valid",
        ),
        CheckConstraint(one_of("kind", ChargeKind), name="kind"),
        CheckConstraint("value > 0 AND (kind <> 'percent' OR value <= 10000)", name="value"),
        CheckConstraint("hotel_id IS NULL OR state IS NULL", name="one_place"),
        CheckConstraint("NOT isempty(valid) AND lower(valid) IS NOT NULL", name="valid"),
        Index("ix_charges_place", "place", postgresql_where=text("retired_at IS NULL")),
        Index("ix_charges_hotel_id", "hotel_id"),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID | None] = mapped_column(ForeignKey("hotels.id"))
    state: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, Computed("coalesce(hotel_id::text, state, '')", persisted=True))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[int] = mapped_column(BigInteger)
    is_included: Mapped[bool] = mapped_column(Boolean, server_default=FREE)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    created_at: Mapped[Stamped]
    retired_at: Mapped[Instant | None]
