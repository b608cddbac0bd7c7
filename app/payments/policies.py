"""Who may do what with a payment."""

from uuid import UUID

from app.auth.principal import Principal


def can_pay(person: Principal, user_id: UUID | None) -> bool:
    """Only the booker himself starts a payment."""
    return user_id is not None and person.user_id == user_id


def can_see(person: Principal, user_id: UUID | None) -> bool:
    """The booker, and the platform's people."""
    return can_pay(person, user_id) or person.is_platform_admin
