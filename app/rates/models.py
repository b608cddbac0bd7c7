"""Under which terms a room type is sold (rate plans), and what that costs and allows over runs of equal days (rate spans)."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
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


class RatePlan(Model):
    """`price` is the base price of a night in kobo; the rule engine writes it into `rate_spans`.

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
    created_at: Mapped[Stamped]
    retired_at: Mapped[Instant | None]


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
