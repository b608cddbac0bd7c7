"""Who may do what with a booking."""

from uuid import UUID

from app.auth.permissions import Verb, may
from app.auth.principal import Principal
from app.bookings.models import BookingStatus, PaymentStatus
from app.rates.models import PaymentTiming


def owns(person: Principal, user_id: UUID | None) -> bool:
    """Whether it is his own booking."""
    return user_id is not None and person.user_id == user_id


def can_see(person: Principal, user_id: UUID | None, hotel_id: UUID) -> bool:
    """The guest himself, the hotel's people, the platform's."""
    return owns(person, user_id) or may(person, Verb.SEE_BOOKINGS, hotel_id)


def actions(status: str, payment_status: str, payment_timing: str, *, is_payable: bool) -> list[str]:
    """What the guest can do now."""
    if status == BookingStatus.PENDING_PAYMENT:
        return ["pay", "cancel"] if is_payable else ["cancel"]
    unpaid = payment_status == PaymentStatus.UNPAID and payment_timing == PaymentTiming.PAY_AT_HOTEL
    return ["cancel"] if status == BookingStatus.CONFIRMED and unpaid else []
