"""Logging out: of this session, of another of one's own, everywhere."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.auth import queries
from app.auth.principal import Principal
from app.auth.service import opened
from app.core.db import reading, transaction
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One of a person's sessions; `current`: the one he asks from."""

    id: UUID
    user_agent: str | None
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool


def here(session_id: UUID) -> None:
    """Ends the session: its tokens are refused from now on."""
    with transaction() as session:
        opened.end(session, session_id, "logout")


def there(person: Principal, session_id: UUID) -> None:
    """Ends one of the person's living sessions. Raises NotFound, also for sessions of others."""
    with transaction() as session:
        if not opened.end_own(session, person.user_id, session_id, "revoked"):
            raise NotFound


def everywhere(person: Principal) -> None:
    """Ends all sessions of the person, this one included."""
    with transaction() as session:
        opened.end_all(session, person.user_id, "logout_all")


def look(person: Principal) -> dict[str, list[OwnSession]]:
    """`{items}`: the person's living sessions, the last used first; one statement."""
    with reading() as session:
        rows = queries.living_sessions(session, person.user_id)
    items = [
        OwnSession(
            id=row.id,
            user_agent=row.user_agent,
            ip=row.ip,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            current=row.id == person.session_id,
        )
        for row in rows
    ]
    return {"items": items}
