"""What realtime reads: the log of a hotel's events, and whether people are still who they were when they connected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_EVENTS = 500

LOG = text("""
SELECT coalesce(counter.last_seq, 0) AS last_seq,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'event', name, 'data', payload) ORDER BY seq), '[]')
        FROM (SELECT seq, name, payload FROM hotel_events
              WHERE hotel_id = hotel.id AND seq > :after ORDER BY seq LIMIT :most) AS page) AS events
FROM hotels AS hotel LEFT JOIN hotel_counters AS counter ON counter.hotel_id = hotel.id
WHERE hotel.id = :hotel_id
""")

LOGINS = text("""
SELECT login.id AS session_id,
       login.revoked_at IS NOT NULL OR login.expires_at <= clock_timestamp() AS is_over,
       person.status <> 'active' AS is_suspended,
       person.role = 'platform_admin' AS is_platform_admin,
       ARRAY(SELECT hotel_id FROM hotel_members WHERE user_id = person.id) AS hotel_ids
FROM sessions AS login JOIN users AS person ON person.id = login.user_id
WHERE login.id = ANY(:session_ids)
""")

LAST_SEQS = text("SELECT hotel_id, last_seq FROM hotel_counters WHERE hotel_id = ANY(:hotel_ids)")


@dataclass(frozen=True, slots=True)
class EventLog:
    """Events after some number, oldest first: `{seq, event, data}` each. `seq`: the number to go on after."""

    seq: int
    events: list[dict[str, Any]]
    more: bool


@dataclass(frozen=True, slots=True)
class Login:
    """A session as it is now. `hotels`: where the person is a member."""

    is_over: bool
    is_suspended: bool
    is_platform_admin: bool
    hotels: frozenset[UUID]


def find_events(session: Session, hotel_id: UUID, *, after: int, limit: int = MOST_EVENTS) -> EventLog | None:
    """None when there is no such hotel.

    Number and log in one statement, so that no event is counted in `seq` and missing in `events`.
    """
    row = session.execute(LOG, {"hotel_id": hotel_id, "after": after, "most": limit + 1}).one_or_none()
    if row is None:
        return None
    events: list[dict[str, Any]] = row.events[:limit]
    return EventLog(_goes_on_after(row.last_seq, row.events, limit), events, len(row.events) > limit)


def _goes_on_after(last_seq: int, found: list[dict[str, Any]], limit: int) -> int:
    number: int = found[limit - 1]["seq"] if len(found) > limit else last_seq
    return number


def find_last_seqs(session: Session, hotel_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """The number of each hotel's latest event; hotels without events are not in it."""
    rows = session.execute(LAST_SEQS, {"hotel_ids": list(hotel_ids)})
    return {row.hotel_id: row.last_seq for row in rows}


def find_logins(session: Session, session_ids: Collection[UUID]) -> Mapping[UUID, Login]:
    """The sessions, their people and memberships, by session; one statement for all."""
    rows = session.execute(LOGINS, {"session_ids": list(session_ids)})
    return {
        row.session_id: Login(row.is_over, row.is_suspended, row.is_platform_admin, frozenset(row.hotel_ids))
        for row in rows
    }
