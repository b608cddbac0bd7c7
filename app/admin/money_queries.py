"""Finding bookings and payments, whosever they are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.admin.period import Period
from app.auth.models import User
from app.bookings.models import Booking, BookingStatus, PaymentStatus
from app.hotels.models import Hotel
from app.payments.models import Payment, PaymentState

_BOOKING = (
    Booking.id,
    Booking.reference,
    Booking.hotel_id,
    Hotel.name.label("hotel_name"),
    Booking.user_id,
    Booking.status,
    Booking.payment_status,
    Booking.payment_timing,
    Booking.check_in,
    Booking.check_out,
    Booking.guest_name,
    Booking.guest_email,
    Booking.total_amount,
    Booking.currency,
    Booking.created_at,
)
_PAYMENT = (
    Payment.id,
    Payment.reference,
    Payment.booking_id,
    Booking.reference.label("booking_reference"),
    Booking.hotel_id,
    Payment.status,
    Payment.kept,
    Payment.amount,
    Payment.refunded_amount,
    Payment.currency,
    Payment.channel,
    Payment.paid_at,
    Payment.created_at,
)


@dataclass(frozen=True, slots=True)
class WantedBookings:
    """What bookings are narrowed to. `email`: of the guest or of the account; `made`: when they were made."""

    reference: str | None = None
    email: str | None = None
    hotel_id: UUID | None = None
    status: BookingStatus | None = None
    payment_status: PaymentStatus | None = None
    made: Period = field(default_factory=Period)


@dataclass(frozen=True, slots=True)
class WantedPayments:
    """What payments are narrowed to."""

    reference: str | None = None
    status: PaymentState | None = None
    booking_id: UUID | None = None


def page_bookings(session: Session, wanted: WantedBookings, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` bookings, newest first. One statement."""
    statement = select(*_BOOKING).join(Hotel, Hotel.id == Booking.hotel_id).where(*_bookings(wanted))
    if after is not None:
        statement = statement.where(Booking.id < after)
    return [dict(row._mapping) for row in session.execute(statement.order_by(Booking.id.desc()).limit(limit))]


def page_payments(session: Session, wanted: WantedPayments, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` attempts to pay, newest first. One statement."""
    equal = (
        (Payment.reference, wanted.reference),
        (Payment.status, wanted.status),
        (Payment.booking_id, wanted.booking_id),
    )
    statement = select(*_PAYMENT).join(Booking, Booking.id == Payment.booking_id)
    statement = statement.where(*(column == value for column, value in equal if value is not None))
    if after is not None:
        statement = statement.where(Payment.id < after)
    return [dict(row._mapping) for row in session.execute(statement.order_by(Payment.id.desc()).limit(limit))]


def _bookings(wanted: WantedBookings) -> list[ColumnElement[bool]]:
    equal = (
        (Booking.reference, wanted.reference),
        (Booking.hotel_id, wanted.hotel_id),
        (Booking.status, wanted.status),
        (Booking.payment_status, wanted.payment_status),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.email is not None:
        account = select(User.id).where(User.email == wanted.email).scalar_subquery()
        conditions.append(or_(Booking.guest_email == wanted.email, Booking.user_id == account))
    return conditions + wanted.made.holds(Booking.created_at)
