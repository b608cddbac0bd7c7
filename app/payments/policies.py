"""Who may do what with a payment."""

from app.bookings.asker import Asker, Whose
from app.bookings.policies import owns


def can_pay(asker: Asker, booking: Whose) -> bool:
    """Only the booker himself starts a payment."""
    return owns(asker, booking)


def can_see(asker: Asker, booking: Whose) -> bool:
    """The booker, and the platform's people."""
    return owns(asker, booking) or (asker.person is not None and asker.person.is_platform_admin)
