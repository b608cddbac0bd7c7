"""What a booking knows of its money: what payments tells it came in, and what it promises back."""

from sqlalchemy.orm import Session

from app.bookings import events
from app.bookings.jobs import REFUND_DUE, WhyBack
from app.bookings.models import Booking, PaymentStatus
from app.core.announce import announce
from app.core.outbox import enqueue


def note(session: Session, booking: Booking, status: PaymentStatus) -> None:
    """Moves `payment_status` of a locked booking and tells hotel and guest."""
    if booking.payment_status == status:
        return
    booking.payment_status = status
    session.flush()
    announce(session, events.changed(booking))


def covered(booking: Booking) -> int:
    """Kobo of its price that are paid and not promised back."""
    return booking.paid_amount - booking.returned_amount - booking.forfeited_amount


def promise_back(session: Session, booking: Booking, amount: int, why: WhyBack) -> None:
    """So many kobo go back by the booking's terms: payments sends them, the newest part's first. The booking is locked."""
    if amount <= 0:
        return
    booking.returned_amount += amount
    note(session, booking, PaymentStatus.REFUND_DUE)
    enqueue(session, REFUND_DUE, booking_id=booking.id, reason=why)
