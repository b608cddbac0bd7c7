"""What payments tells a booking about its money."""

from sqlalchemy.orm import Session

from app.bookings import events
from app.bookings.models import Booking, PaymentStatus
from app.core.announce import announce


def note(session: Session, booking: Booking, status: PaymentStatus) -> None:
    """Moves `payment_status` of a locked booking and tells hotel and guest."""
    if booking.payment_status == status:
        return
    booking.payment_status = status
    session.flush()
    announce(session, events.changed(booking))
