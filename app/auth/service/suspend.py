"""What the platform does to accounts, for its admin module: each in the caller's transaction, beside the line it writes about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import queries, states
from app.auth.errors import EmailUnproved
from app.auth.models import PlatformRole, User, UserStatus
from app.auth.service import links, opened, platform_admins
from app.core.clock import sql_now
from app.core.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, as columns and their values."""

    before: Mapping[str, str]
    after: Mapping[str, str]


def suspend(session: Session, user_id: UUID, *, by: UUID | None = None) -> Change:
    """Ends all sessions, and no link of the person is good any more. `by`: who does it, who must still be an admin.

    Raises NotFound, IllegalTransition, LastPlatformAdmin, Forbidden.
    """
    platform_admins.keep_one(session, but=user_id, by=by)
    change = _move(session, user_id, UserStatus.SUSPENDED)
    opened.end_all(session, user_id, "suspended")
    links.kill(session, user_id)
    return change


def reinstate(session: Session, user_id: UUID, *, by: UUID | None = None) -> Change:
    """He may log in again. Raises NotFound, IllegalTransition, Forbidden."""
    platform_admins.keep_one(session, by=by)
    return _move(session, user_id, UserStatus.ACTIVE)


def set_role(session: Session, user_id: UUID, role: PlatformRole, *, by: UUID | None = None) -> Change:
    """What he is to the platform, from his next request on. Only who has shown that his e-mail is his becomes one of its admins.

    Raises NotFound, IllegalTransition, LastPlatformAdmin, EmailUnproved, Forbidden.
    """
    rises = role is PlatformRole.PLATFORM_ADMIN
    platform_admins.keep_one(session, but=None if rises else user_id, by=by)
    user = queries.lock_user(session, user_id)
    if user.status == UserStatus.ERASED:
        raise IllegalTransition("An account that is erased has no role", allowed=[])
    if rises and user.email_verified_at is None:
        raise EmailUnproved
    before = PlatformRole(user.role)
    if before is not role:
        user.role, user.updated_at = role, sql_now()
        session.flush()
    return Change({"role": str(before)}, {"role": str(role)})


def _move(session: Session, user_id: UUID, to: UserStatus) -> Change:
    user: User = queries.lock_user(session, user_id)
    before = user.status
    states.move(user, to)
    session.flush()
    return Change({"status": before}, {"status": str(to)})
