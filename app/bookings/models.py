"""What one booker bought: the booking, its rooms, their nights, its charges, and all that happened to it, changes and cancelling too."""

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
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, DATERANGE, INET, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.columns import Id, Instant, Kobo, Model, Stamped, one_of
from app.rates.models import PaymentTiming


class BookingStatus(StrEnum):
    PENDING_PAYMENT = "pending_payment"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    NO_SHOW = "no_show"


class PaymentStatus(StrEnum):
    """What of the booking's money is where; moved by payments alone."""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class By(StrEnum):
    """On whose word a booking is cancelled or changed; in its history beside `system`."""

    GUEST = "guest"
    HOTEL = "hotel"
    PLATFORM = "platform"


class ReasonCode(StrEnum):
    """Why a hotel cancels."""

    OVERBOOKED = "overbooked"
    ROOM_UNUSABLE = "room_unusable"
    HOTEL_CLOSED = "hotel_closed"
    NO_POWER_OR_WATER = "no_power_or_water"
    GUEST_ASKED = "guest_asked"
    SUSPECTED_FRAUD = "suspected_fraud"
    OTHER = "other"


class ChangeStatus(StrEnum):
    """What became of a change that was asked for."""

    WAITING = "waiting"
    """For the payment of its difference: its new nights are held, the booking is as it was."""
    APPLIED = "applied"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """Another took its place, or the booking was cancelled."""


class Booking(Model):
    """`hold_expires_at`: what the guest was promised. `release_at`: when the sweep may let the rooms go (the hold's end, plus
    the grace once a payment was started); copied into the allocations. `lapse_asked_at`: at the hold's end the gateway was asked once more.

    `user_id`: none = booked without an account. `token_version`: which token opens it; none = no token does. `booked_from`: where the
    booker was, for 30 days.

    Its money, in kobo: `paid_amount` came in and counts, `returned_amount` of it was promised back, `forfeited_amount` of it is neither the
    price nor goes back: what changes cost. `least_penalty`: what cancelling costs at least since a change. `revision`: how often it was
    changed.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(one_of("status", BookingStatus), name="status"),
        CheckConstraint(one_of("payment_status", PaymentStatus), name="payment_status"),
        CheckConstraint(one_of("payment_timing", PaymentTiming), name="payment_timing"),
        CheckConstraint("rooms_amount + charges_amount = total_amount AND total_amount > 0", name="total"),
        CheckConstraint("upper(stay) - lower(stay) BETWEEN 1 AND 30", name="nights"),
        CheckConstraint(
            "status <> 'pending_payment' OR (hold_expires_at IS NOT NULL AND release_at IS NOT NULL)", name="hold"
        ),
        CheckConstraint(
            "returned_amount BETWEEN 0 AND paid_amount AND forfeited_amount >= 0 AND least_penalty >= 0", name="money"
        ),
        Index("ix_bookings_user_id", "user_id", "id"),
        Index("ix_bookings_hotel_id", "hotel_id", "id"),
        Index("ix_bookings_release_at", "release_at", postgresql_where=text("status = 'pending_payment'")),
        Index("ix_bookings_hold_expires_at", "hold_expires_at", postgresql_where=text("status = 'pending_payment'")),
        Index("ix_bookings_guest_email", "guest_email"),
        Index(
            "ix_bookings_booked_from", "booked_from", "release_at", postgresql_where=text("status = 'pending_payment'")
        ),
        Index("ix_bookings_address_kept", "created_at", postgresql_where=text("booked_from IS NOT NULL")),
        Index("ix_bookings_token_kept", "check_out", postgresql_where=text("token_version IS NOT NULL")),
    )
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - what the database computes comes back with the write

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(Text, unique=True)
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(Text)
    payment_status: Mapped[str] = mapped_column(Text, server_default=PaymentStatus.UNPAID)
    payment_timing: Mapped[str] = mapped_column(Text)
    stay: Mapped[Range[date]] = mapped_column(DATERANGE)
    check_in: Mapped[date] = mapped_column(Computed("lower(stay)", persisted=True))
    check_out: Mapped[date] = mapped_column(Computed("upper(stay)", persisted=True))
    guest_name: Mapped[str] = mapped_column(Text)
    guest_email: Mapped[str] = mapped_column(CITEXT)
    guest_phone: Mapped[str | None] = mapped_column(Text)
    special_requests: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="web")
    booked_from: Mapped[Any | None] = mapped_column(INET)
    token_version: Mapped[int | None] = mapped_column(SmallInteger)
    search_id: Mapped[UUID | None]
    rooms_amount: Mapped[Kobo]
    charges_amount: Mapped[Kobo]
    total_amount: Mapped[Kobo]
    currency: Mapped[str] = mapped_column(Text)
    paid_amount: Mapped[Kobo] = mapped_column(server_default="0")
    returned_amount: Mapped[Kobo] = mapped_column(server_default="0")
    forfeited_amount: Mapped[Kobo] = mapped_column(server_default="0")
    least_penalty: Mapped[Kobo] = mapped_column(server_default="0")
    revision: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    hold_expires_at: Mapped[Instant | None]
    release_at: Mapped[Instant | None]
    payment_started_at: Mapped[Instant | None]
    hold_extended_at: Mapped[Instant | None]
    warned_at: Mapped[Instant | None]
    lapse_asked_at: Mapped[Instant | None]
    confirmed_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    expired_at: Mapped[Instant | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Stamped]

    rooms: Mapped[list["BookingRoom"]] = relationship(
        back_populates="booking", lazy="raise", order_by="BookingRoom.position"
    )
    charges: Mapped[list["BookingCharge"]] = relationship(lazy="raise", order_by="BookingCharge.id")


class BookingRoom(Model):
    """One room of a booking. `rate_plan_terms` is the plan as it was when it was bought."""

    __tablename__ = "booking_rooms"
    __table_args__ = (
        CheckConstraint("adults >= 1", name="adults"),
        Index("ix_booking_rooms_booking_id", "booking_id", "position", unique=True),
    )

    id: Mapped[Id]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    room_type_id: Mapped[UUID] = mapped_column(ForeignKey("room_types.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    rate_plan_id: Mapped[UUID] = mapped_column(ForeignKey("rate_plans.id"))
    rate_plan_terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    adults: Mapped[int] = mapped_column(SmallInteger)
    children: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))

    booking: Mapped[Booking] = relationship(back_populates="rooms", lazy="raise")
    nights: Mapped[list["BookingNight"]] = relationship(lazy="raise", order_by="BookingNight.night")


class BookingNight(Model):
    __tablename__ = "booking_nights"

    booking_room_id: Mapped[UUID] = mapped_column(ForeignKey("booking_rooms.id"), primary_key=True)
    night: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[Kobo]


class BookingCharge(Model):
    """A tax or fee of the whole booking. What `is_included` is held by the prices of its nights and not added to them."""

    __tablename__ = "booking_charges"
    __table_args__ = (Index("ix_booking_charges_booking_id", "booking_id"),)

    id: Mapped[Id]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    name: Mapped[str] = mapped_column(Text)
    amount: Mapped[Kobo]
    is_included: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class Cancellation(Model):
    """What became of a cancelled booking's money, in kobo. `policy_amount`: what its terms asked at that moment, `penalty_amount`: what it
    cost, for a preview may have promised less and a hotel that cancels takes nothing; `waived_amount` of that was let off later.
    Where less was paid than that, the rest is owed to the hotel and collected by nobody. `refund_amount`: what was promised back for it.
    """

    __tablename__ = "booking_cancellations"
    __table_args__ = (
        CheckConstraint(one_of("cancelled_by", By), name="cancelled_by"),
        CheckConstraint(one_of("reason_code", ReasonCode), name="reason_code"),
        CheckConstraint("policy_amount >= 0 AND penalty_amount >= 0 AND refund_amount >= 0", name="amounts"),
        CheckConstraint("waived_amount BETWEEN 0 AND penalty_amount", name="waived"),
        CheckConstraint("(waived_amount > 0) = (waive_reason IS NOT NULL)", name="waive_reason"),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    cancelled_by: Mapped[str] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    policy_amount: Mapped[Kobo]
    penalty_amount: Mapped[Kobo]
    waived_amount: Mapped[Kobo] = mapped_column(server_default="0")
    refund_amount: Mapped[Kobo]
    is_promised: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    waived_by: Mapped[UUID | None]
    waive_reason: Mapped[str | None] = mapped_column(Text)
    waived_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]


class BookingChange(Model):
    """A change that was asked for. `before` and `after`: the booking's stay, rooms, nights, charges and amounts, JSON as `changes.state`
    has them. `difference`: of the totals; when it is above nothing and paid now, the change waits for the payment of its `part`.
    `forfeited_amount` and `refund_amount`: what became of a surplus. `least_penalty`: the booking's when it is applied. `held`: how many
    allocations hold its new nights.
    """

    __tablename__ = "booking_changes"
    __table_args__ = (
        CheckConstraint(one_of("status", ChangeStatus), name="status"),
        CheckConstraint(one_of("asked_by", By), name="asked_by"),
        CheckConstraint(
            "status <> 'waiting' OR (num_nulls(part, hold_expires_at, release_at) = 0 AND difference > 0)",
            name="waiting",
        ),
        CheckConstraint("forfeited_amount >= 0 AND refund_amount >= 0 AND least_penalty >= 0", name="amounts"),
        CheckConstraint("part IS NULL OR part > 1", name="part"),
        Index("uq_booking_changes_waiting", "booking_id", unique=True, postgresql_where=text("status = 'waiting'")),
        Index("uq_booking_changes_part", "booking_id", "part", unique=True, postgresql_where=text("part IS NOT NULL")),
        Index("ix_booking_changes_booking_id", "booking_id", "id"),
        Index("ix_booking_changes_release_at", "release_at", postgresql_where=text("status = 'waiting'")),
    )

    id: Mapped[Id]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    status: Mapped[str] = mapped_column(Text)
    part: Mapped[int | None] = mapped_column(SmallInteger)
    asked_by: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    difference: Mapped[Kobo]
    forfeited_amount: Mapped[Kobo]
    refund_amount: Mapped[Kobo]
    least_penalty: Mapped[Kobo]
    held: Mapped[int] = mapped_column(SmallInteger)
    hold_expires_at: Mapped[Instant | None]
    release_at: Mapped[Instant | None]
    payment_started_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]


class BookingHistory(Model):
    """Append-only: each move of the booking, by whom and why; a change of it stands there as a move to where it was. `actor`: a By, or
    `system`.
    """

    __tablename__ = "booking_history"
    __table_args__ = (Index("ix_booking_history_booking_id", "booking_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Stamped]
