"""Who may come in."""

from app.auth.models import Role, UserStatus
from app.auth.principal import Principal


def can_log_in(status: str) -> bool:
    return status == UserStatus.ACTIVE


def can_enter(principal: Principal, roles: tuple[Role, ...]) -> bool:
    """Whether the person is at least one of `roles`; no roles = anybody who is logged in.

    What he may do to a single hotel or booking is decided by the policies of their modules.
    """
    return not roles or any(principal.is_at_least(role) for role in roles)
