"""What the platform does to accounts, for its admin module: each in the caller's transaction, beside the line it writes about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import queries, states
from app.auth.models import PlatformRole, User, UserStatus
from app.auth.service import links, opened
from app.core.clock import sql_now
from app.core.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, as columns and their values."""

    before: Mapping[str, str]
    after: Mapping[str, str]


def suspend(session: Session, user_id: UUID) -> Change:
    """Ends all sessions, and no link of the person is good any more. Raises NotFound, IllegalTransition."""
    change = _move(session, user_id, UserStatus.SUSPENDED)
    opened.end_all(session, user_id, "suspended")
    links.kill(session, user_id)
    return change


def reinstate(session: Session, user_id: UUID) -> Change:
    """He may log in again. Raises NotFound, IllegalTransition."""
    return _move(session, user_id, UserStatus.ACTIVE)


def set_role(session: Session, user_id: UUID, role: PlatformRole) -> Change:
    """What he is to the platform, from his next request on. Raises NotFound, IllegalTransition."""
    user = queries.lock_user(session, user_id)
    if user.status == UserStatus.ERASED:
        raise IllegalTransition("An account that is erased has no role", allowed=[])
    before, user.role, user.updated_at = user.role, role, sql_now()
    session.flush()
    return Change({"role": before}, {"role": str(role)})


def _move(session: Session, user_id: UUID, to: UserStatus) -> Change:
    user: User = queries.lock_user(session, user_id)
    before = user.status
    states.move(user, to)
    session.flush()
    return Change({"status": before}, {"status": str(to)})
