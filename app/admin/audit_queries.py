"""Reading the audit log."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.period import Period
from app.auth.models import Role, User
from app.core.models import AuditRow

_SHOWN = (
    AuditRow.id,
    AuditRow.at,
    AuditRow.actor_id,
    AuditRow.actor_role,
    User.email.label("actor_email"),
    AuditRow.verb,
    AuditRow.subject,
    AuditRow.subject_id,
    AuditRow.hotel_id,
    AuditRow.before,
    AuditRow.after,
    AuditRow.ip,
    AuditRow.request_id,
)


@dataclass(frozen=True, slots=True)
class WantedRows:
    """What the log is narrowed to. `but_role`: the role whose rows are left out."""

    actor_id: UUID | None = None
    verb: str | None = None
    subject: str | None = None
    subject_id: UUID | None = None
    hotel_id: UUID | None = None
    but_role: Role | None = None
    done: Period = field(default_factory=Period)


def page_rows(session: Session, wanted: WantedRows, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` rows, newest first, each with its actor's e-mail, if there is still such an account. One statement."""
    equal = (
        (AuditRow.actor_id, wanted.actor_id),
        (AuditRow.verb, wanted.verb),
        (AuditRow.subject, wanted.subject),
        (AuditRow.subject_id, wanted.subject_id),
        (AuditRow.hotel_id, wanted.hotel_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.but_role is not None:
        conditions.append(AuditRow.actor_role != wanted.but_role)
    if after is not None:
        conditions.append(AuditRow.id < after)
    statement = select(*_SHOWN).outerjoin(User, User.id == AuditRow.actor_id)
    statement = statement.where(*conditions, *wanted.done.holds(AuditRow.at)).order_by(AuditRow.id.desc())
    return [dict(row._mapping) for row in session.execute(statement.limit(limit))]
