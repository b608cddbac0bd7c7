"""The life of an account, and its one mover."""

from app.auth.models import User, UserStatus
from app.core.clock import sql_now
from app.core.errors import IllegalTransition

USER_NEXT: dict[UserStatus, frozenset[UserStatus]] = {
    UserStatus.ACTIVE: frozenset({UserStatus.SUSPENDED, UserStatus.ERASED}),
    UserStatus.SUSPENDED: frozenset({UserStatus.ACTIVE, UserStatus.ERASED}),
    UserStatus.ERASED: frozenset(),
}


def move(user: User, to: UserStatus) -> None:
    """Checks and stamps the move. Raises IllegalTransition with the moves allowed."""
    allowed = USER_NEXT[UserStatus(user.status)]
    if to not in allowed:
        raise IllegalTransition(f"An account that is {user.status} cannot become {to}", allowed=sorted(allowed))
    user.status, user.updated_at = to, sql_now()
    if to is UserStatus.ERASED:
        user.erased_at = sql_now()
