"""What guests are told of their money: ids and a status."""

from app.bookings.models import Booking
from app.core.announce import UserEvent
from app.payments.models import Payment, Refund


def payment_ready(booking: Booking, payment: Payment) -> list[UserEvent]:
    """The link that was late is there."""
    return _told(booking, "payment_ready", payment.reference, payment.status)


def payment_succeeded(booking: Booking, payment: Payment) -> list[UserEvent]:
    """The money is in; what it bought is told by `booking_changed`."""
    return _told(booking, "payment_succeeded", payment.reference, payment.status)


def payment_failed(booking: Booking, payment: Payment) -> list[UserEvent]:
    """This try brought no money."""
    return _told(booking, "payment_failed", payment.reference, payment.status)


def refund_changed(booking: Booking, payment: Payment, refund: Refund) -> list[UserEvent]:
    """A refund took a step."""
    return _told(booking, "refund_changed", payment.reference, refund.status)


def _told(booking: Booking, name: str, reference: str, status: str) -> list[UserEvent]:
    if booking.user_id is None:
        return []
    return [UserEvent(booking.user_id, name, {"booking_id": str(booking.id), "reference": reference, "status": status})]
