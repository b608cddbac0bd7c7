"""Who may do what to a hotel. A place in it is read from the database at each request."""

from uuid import UUID

from app.auth.principal import Principal
from app.core.errors import Forbidden
from app.hotels.errors import HotelNotFound
from app.hotels.models import HotelStatus, MemberRole


def can_see(person: Principal | None, hotel_id: UUID, status: str) -> bool:
    """Active hotels are public; the others are for their members and the platform's people."""
    if status == HotelStatus.ACTIVE:
        return True
    return person is not None and can_work_at(person, hotel_id)


def can_work_at(person: Principal, hotel_id: UUID) -> bool:
    """Boards, bookings, stays and live events: members of either role, and platform admins."""
    return person.is_platform_admin or person.works_at(hotel_id)


def can_manage(person: Principal, hotel_id: UUID) -> bool:
    """What the hotel shows of itself: its admins, and platform admins."""
    return person.is_platform_admin or person.memberships.get(hotel_id) == MemberRole.HOTEL_ADMIN


def require_manager(person: Principal, hotel_id: UUID) -> None:
    """Raises Forbidden for its staff, HotelNotFound for strangers, so that nobody learns what exists."""
    if can_manage(person, hotel_id):
        return
    raise Forbidden if person.works_at(hotel_id) else HotelNotFound
