"""Money: attempts to pay, money going back, and what the gateway told us."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Kobo, Model, Stamped, one_of


class PaymentState(StrEnum):
    QUEUED = "queued"
    INITIALIZED = "initialized"
    SUCCESS = "success"
    FAILED = "failed"
    ABANDONED = "abandoned"
    REVIEW = "review"
    REVERSED = "reversed"


class RefundState(StrEnum):
    DUE = "due"
    REQUESTED = "requested"
    PENDING = "pending"
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"


class Payment(Model):
    """One attempt to pay one part of a booking (1 = the booking, 2 … = later differences). Never deleted, its reference never reused.

    `kept`: of several successes the one that pays the booking; false = refunded in full. `applied_at`: the booking knows of the success.
    `next_check_at`: when to ask the gateway again; none = nobody need ask. `asked_at`: when a person last made us ask.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(one_of("status", PaymentState), name="status"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("refunded_amount BETWEEN 0 AND amount", name="refunded"),
        CheckConstraint("status <> 'success' OR kept IS NOT NULL", name="kept"),
        Index("ix_payments_booking_id", "booking_id", "id"),
        Index(
            "uq_payments_open",
            "booking_id",
            "part",
            unique=True,
            postgresql_where=text("status IN ('queued', 'initialized')"),
        ),
        Index("uq_payments_kept", "booking_id", "part", unique=True, postgresql_where=text("kept")),
        Index("ix_payments_next_check_at", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
        Index("ix_payments_review", "id", postgresql_where=text("status = 'review'")),
        Index("ix_payments_unapplied", "paid_at", postgresql_where=text("status = 'success' AND applied_at IS NULL")),
    )

    id: Mapped[Id]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    part: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    reference: Mapped[str] = mapped_column(Text, unique=True)
    amount: Mapped[Kobo]
    currency: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    kept: Mapped[bool | None] = mapped_column(Boolean)
    authorization_url: Mapped[str | None] = mapped_column(Text)
    access_code: Mapped[str | None] = mapped_column(Text)
    gateway_id: Mapped[int | None] = mapped_column(BigInteger)
    gateway_status: Mapped[str | None] = mapped_column(Text)
    gateway_response: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    fees: Mapped[int | None] = mapped_column(BigInteger)
    review_reason: Mapped[str | None] = mapped_column(Text)
    refunded_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    paid_at: Mapped[Instant | None]
    initialized_at: Mapped[Instant | None]
    next_check_at: Mapped[Instant | None]
    checks: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    asked_at: Mapped[Instant | None]
    applied_at: Mapped[Instant | None]
    follow_up_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]
    updated_at: Mapped[Stamped]


class Refund(Model):
    """Money going back for one payment. `looked_at`: when the gateway's list was first searched in vain for it after a lost answer."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(one_of("status", RefundState), name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refunds_payment_id", "payment_id", "id"),
        Index(
            "uq_refunds_in_flight",
            "payment_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'pending', 'processing', 'needs_attention')"),
        ),
        Index("ix_refunds_open", "status", postgresql_where=text("status <> 'processed'")),
        Index("ix_refunds_next_check_at", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
    )

    id: Mapped[Id]
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    amount: Mapped[Kobo]
    currency: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=RefundState.DUE)
    gateway_id: Mapped[int | None] = mapped_column(BigInteger)
    looked_at: Mapped[Instant | None]
    requested_at: Mapped[Instant | None]
    processed_at: Mapped[Instant | None]
    next_check_at: Mapped[Instant | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Stamped]
    updated_at: Mapped[Stamped]


class GatewayEvent(Model):
    """A webhook as it arrived: the very bytes that were signed. `dedupe_key` is their SHA-256."""

    __tablename__ = "gateway_events"
    __table_args__ = (Index("ix_gateway_events_reference", "reference"),)

    id: Mapped[Id]
    dedupe_key: Mapped[str] = mapped_column(Text, unique=True)
    event: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[Stamped]
    handled_at: Mapped[Instant | None]
    error: Mapped[str | None] = mapped_column(Text)
