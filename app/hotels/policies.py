"""Who may do what to a hotel, where the table of roles alone does not say."""

from uuid import UUID

from app.auth.permissions import Verb, may
from app.auth.principal import Principal
from app.hotels.models import HotelStatus


def can_see(person: Principal | None, hotel_id: UUID, status: str) -> bool:
    """Active hotels are public; the others are for their members and the platform's people."""
    if status == HotelStatus.ACTIVE:
        return True
    return person is not None and may(person, Verb.SEE_HOTEL, hotel_id)
