"""Who did what to what: a row for each write of the hotels' and the platform's people, in the transaction of the write; and one for each
look of the platform's people at one person or one booking.

What changed goes in, by name. Secrets, tokens, and what is known of guests and invited people never do.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.logging import current_request_id
from app.core.models import AuditRow

_address: ContextVar[str | None] = ContextVar("address", default=None)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which role: the one that allows it."""

    id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted upon: a kind and an id; `hotel_id`: in whose house it is, if in any. Its admins may read of it then."""

    kind: str
    id: UUID
    hotel_id: UUID | None = None


def numbered(kind: str, number: int) -> Subject:
    """What has a number and no id: the number stands for one."""
    return Subject(kind, UUID(int=number))


def came_from(address: str | None) -> None:
    """The address that the work of this thread is done for from now on."""
    _address.set(address)


def note(
    session: Session,
    actor: Actor,
    verb: str,
    subject: Subject,
    *,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Writes the row. `before` and `after` are JSON-ready and tell what changed alone: see `differing`."""
    row = AuditRow(
        actor_id=actor.id,
        actor_role=str(actor.role),
        verb=str(verb),
        subject=subject.kind,
        subject_id=subject.id,
        hotel_id=subject.hotel_id,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        ip=_address.get(),
        request_id=current_request_id(),
    )
    session.add(row)


def differing(before: Values, after: Values) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members of both that are not the same."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
