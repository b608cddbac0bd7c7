"""What the figures learn of a booking, after the commit that made it so."""

from app.bookings.models import Booking, BookingStatus
from app.core.metrics import BOOKING_VALUE, BOOKINGS, FROM_SEARCH


def created(booking: Booking) -> None:
    """A birth; one that is paid at the hotel is confirmed by it."""
    _count("created", booking)
    if booking.status == BookingStatus.CONFIRMED:
        confirmed(booking)


def confirmed(booking: Booking) -> None:
    _count("confirmed", booking)
    BOOKING_VALUE.inc(booking.total_amount)


def cancelled(booking: Booking) -> None:
    _count("cancelled", booking)


def changed(booking: Booking) -> None:
    """A change was applied, or waits for its payment."""
    _count("changed", booking)


def expired(booking: Booking) -> None:
    _count("expired", booking)


def _count(event: str, booking: Booking) -> None:
    BOOKINGS.labels(event).inc()
    if booking.search_id is not None:
        FROM_SEARCH.labels(event).inc()
