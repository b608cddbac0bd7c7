"""What the platform does about people: finds them, looks at one, suspends, reinstates, gives roles."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.admin import user_queries
from app.admin.errors import CannotChangeOwnRole, CannotSuspendOneself
from app.admin.user_queries import WantedUsers
from app.auth import emails, permissions
from app.auth import queries as people
from app.auth.models import PlatformRole
from app.auth.permissions import Verb
from app.auth.principal import Principal, strongest
from app.auth.service import suspend as accounts
from app.auth.service.suspend import Change
from app.bookings.models import BookingStatus
from app.core.audit_trail import Actor, Subject, note
from app.core.db import reading, retrying, transaction
from app.core.logging import logger
from app.core.paging import cursor_of, page, read_cursor
from app.mail.service import queue_email

log = logger(__name__)


def find(wanted: WantedUsers, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, who came last being first. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        found = user_queries.page_users(session, wanted, after, limit + 1)
    people_found = [row | {"role": strongest(row["platform_role"], row["memberships"] or {})} for row in found]
    return page(people_found, limit, lambda row: cursor_of(row["id"]))


def show(person: Principal, user_id: UUID) -> dict[str, Any]:
    """All that the platform knows of somebody; that it was looked at is noted. Raises NotFound."""
    actor = permissions.actor(person, Verb.SEE_USERS)
    told = _told(user_id)
    with transaction() as session:
        note(session, actor, "user.view", Subject("user", user_id))
    return told


@retrying
def suspend(person: Principal, user_id: UUID, reason: str) -> dict[str, Any]:
    """Nobody can log in as he any more, and all his sessions end; he is told why. What he has booked, and the hotels he runs, go on.

    Returns what `show` does. Raises CannotSuspendOneself, NotFound, IllegalTransition, LastPlatformAdmin.
    """
    actor = permissions.actor(person, Verb.SUSPEND_USERS)
    if user_id == person.user_id:
        raise CannotSuspendOneself
    with transaction() as session:
        change = accounts.suspend(session, user_id, by=actor.id)
        _note(session, actor, "user.suspend", user_id, change, reason=reason)
        queue_email(session, emails.suspended(people.get_user(session, user_id), reason))
    log.info("user_suspended", user_id=str(user_id))
    return _told(user_id)


@retrying
def reinstate(person: Principal, user_id: UUID, reason: str | None) -> dict[str, Any]:
    """He may log in again, and is told so. Returns what `show` does. Raises NotFound, IllegalTransition."""
    actor = permissions.actor(person, Verb.SUSPEND_USERS)
    with transaction() as session:
        change = accounts.reinstate(session, user_id, by=actor.id)
        _note(session, actor, "user.reinstate", user_id, change, reason=reason)
        queue_email(session, emails.reinstated(people.get_user(session, user_id), reason))
    log.info("user_reinstated", user_id=str(user_id))
    return _told(user_id)


@retrying
def set_role(person: Principal, user_id: UUID, role: PlatformRole, reason: str) -> dict[str, Any]:
    """What he is to the platform, from his next request on. The role that he has already is no change.

    Returns what `show` does. Raises CannotChangeOwnRole, NotFound, IllegalTransition, LastPlatformAdmin, EmailUnproved.
    """
    actor = permissions.actor(person, Verb.SET_ROLES)
    if user_id == person.user_id:
        raise CannotChangeOwnRole
    with transaction() as session:
        change = accounts.set_role(session, user_id, role, by=actor.id)
        if change.before != change.after:
            _note(session, actor, "user.set_role", user_id, change, reason=reason)
    log.info("user_role_set", user_id=str(user_id), role=role)
    return _told(user_id)


def _note(session: Session, actor: Actor, verb: str, user_id: UUID, change: Change, *, reason: str | None) -> None:
    after = {**change.after, "reason": reason}
    note(session, actor, verb, Subject("user", user_id), before=change.before, after=after)


def _told(user_id: UUID) -> dict[str, Any]:
    with reading() as session:
        found = user_queries.get_person(session, user_id)
    return found | {
        "role": strongest(found["platform_role"], _roles(found["places"])),
        "bookings": {str(status): found["bookings"].get(status, 0) for status in BookingStatus},
    }


def _roles(places: list[Mapping[str, Any]]) -> dict[UUID, str]:
    return {UUID(place["hotel_id"]): place["role"] for place in places}
