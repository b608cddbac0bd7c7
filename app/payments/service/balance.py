"""What of a booking's money is where, over all of its parts."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bookings.models import Booking, PaymentStatus
from app.bookings.service import money

BALANCE = text("""
SELECT coalesce(sum(p.amount), 0) AS paid, coalesce(sum(p.refunded_amount), 0) AS refunded,
       coalesce(sum(r.amount), 0) AS ordered, coalesce(bool_or(r.is_open), false) AS is_open
FROM payments p LEFT JOIN LATERAL (
  SELECT least(p.amount, coalesce(sum(amount), 0)) AS amount, bool_or(status NOT IN ('processed', 'failed')) AS is_open
  FROM refunds WHERE payment_id = p.id
) r ON true
WHERE p.booking_id = :booking_id AND p.kept AND p.applied_at IS NOT NULL
""")


def note(session: Session, booking: Booking) -> None:
    """Moves the booking's `payment_status` to what its payments and refunds say. It is locked, and so are those that moved."""
    session.flush()
    money.note(session, booking, _status(session, booking))


def _status(session: Session, booking: Booking) -> PaymentStatus:
    found = session.execute(BALANCE, {"booking_id": booking.id}).one()
    if not found.paid:
        return PaymentStatus.UNPAID
    if found.is_open or booking.returned_amount > found.ordered:
        return PaymentStatus.REFUND_DUE
    if not found.refunded:
        return PaymentStatus.PAID
    return PaymentStatus.REFUNDED if found.refunded >= found.paid else PaymentStatus.PARTIALLY_REFUNDED
