"""Who may do what with a booking."""

from uuid import UUID

from app.auth.permissions import Verb, may
from app.bookings import tokens
from app.bookings.asker import Asker, Whose
from app.bookings.models import BookingStatus, PaymentStatus
from app.rates.models import PaymentTiming


def owns(asker: Asker, booking: Whose) -> bool:
    """Whether it is his own booking: by his login, else by the token he shows."""
    return acting_user(asker, booking) is not None or _opens(asker, booking)


def acting_user(asker: Asker, booking: Whose) -> UUID | None:
    """The person to whom the booking belongs, if it is he who asks; the login counts before a token that was sent with it."""
    person = asker.person
    return person.user_id if person is not None and person.user_id == booking.user_id else None


def can_see(asker: Asker, booking: Whose) -> bool:
    """The guest himself, the hotel's people, the platform's."""
    works_there = asker.person is not None and may(asker.person, Verb.SEE_BOOKINGS, booking.hotel_id)
    return works_there or owns(asker, booking)


def _opens(asker: Asker, booking: Whose) -> bool:
    return asker.token is not None and tokens.opens(asker.token, booking.booking_id, booking.token_version)


def actions(status: str, payment_status: str, payment_timing: str, *, is_payable: bool) -> list[str]:
    """What the guest can do now."""
    if status == BookingStatus.PENDING_PAYMENT:
        return ["pay", "cancel"] if is_payable else ["cancel"]
    unpaid = payment_status == PaymentStatus.UNPAID and payment_timing == PaymentTiming.PAY_AT_HOTEL
    return ["cancel"] if status == BookingStatus.CONFIRMED and unpaid else []
