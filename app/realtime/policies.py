"""Who may watch a hotel's dashboard."""

from uuid import UUID

from app.auth.principal import Principal


def can_watch(person: Principal, hotel_id: UUID) -> bool:
    """The hotel's members and the platform's admins."""
    return person.is_platform_admin or person.works_at(hotel_id)
