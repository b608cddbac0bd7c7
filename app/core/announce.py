"""Telling dashboards and guests. Events are gathered while a transaction works and written as its very last statements, one a hotel.

A hotel's event takes the hotel's next number, which locks the hotel's counter: taken last, in the order of hotel ids, it is held for a
moment only and cannot deadlock. `hotel_events` is the record; the outbox rows beside it are the hint that the relay emits.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import wakeup
from app.core.logging import current_request_id
from app.core.models import HotelCounter
from app.core.outbox import event_row, write_events
from app.core.sql import by_hand, run

_PENDING = "announcements"
# One statement, so that the counter is locked for its length and the commit's alone. A fact goes to the hotel and, if it concerns
# a user, to him as well, without the hotel's number.
_TELL = by_hand("""
WITH counter AS (
  INSERT INTO hotel_counters (hotel_id, last_seq) VALUES (:hotel_id, :count)
  ON CONFLICT (hotel_id) DO UPDATE SET last_seq = hotel_counters.last_seq + excluded.last_seq
  RETURNING last_seq - :count AS before, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
), fact AS (
  SELECT nth, before + nth AS seq, name, user_id,
         payload || jsonb_build_object('hotel_id', CAST(:hotel_id AS uuid), 'timestamp', at) AS payload
  FROM counter, jsonb_to_recordset(:facts) AS told (nth int, name text, user_id uuid, payload jsonb)
), recorded AS (
  INSERT INTO hotel_events (hotel_id, seq, name, payload)
  SELECT :hotel_id, seq, name, payload || jsonb_build_object('seq', seq) FROM fact
)
INSERT INTO outbox (kind, name, queue, payload, request_id)
SELECT 'event', name, room, payload, :request_id FROM (
  SELECT nth, 1 AS step, name, concat('hotel:', CAST(:hotel_id AS uuid)) AS room, payload || jsonb_build_object('seq', seq) AS payload
  FROM fact
  UNION ALL SELECT nth, 2, name, concat('user:', user_id), payload FROM fact WHERE user_id IS NOT NULL
) AS sent ORDER BY nth, step
""")


@dataclass(frozen=True, slots=True)
class HotelEvent:
    """A fact told to the dashboards of a hotel; `seq`, `hotel_id` and `timestamp` are added when it is written.

    `user_id`: told to this user as well, without the hotel's number.
    """

    hotel_id: UUID
    name: str
    payload: dict[str, Any]
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UserEvent:
    """A fact told to one user's sockets, payload as it is. Not recorded: users learn the same by mail and API."""

    user_id: UUID
    name: str
    payload: dict[str, Any]


def announce(session: Session, *events: HotelEvent | UserEvent) -> None:
    """Remembers the events until the transaction is about to commit."""
    session.info.setdefault(_PENDING, []).extend(events)


@contextmanager
def revocable(session: Session) -> Iterator[None]:
    """For a savepoint: what was announced inside is forgotten when it is left by an error, as its rows are."""
    before = len(session.info.get(_PENDING, []))
    try:
        yield
    except BaseException:
        del session.info.get(_PENDING, [])[before:]
        raise


def write(session: Session) -> None:
    """Numbers and writes what was announced. `transaction()` calls it last."""
    events: list[HotelEvent | UserEvent] = session.info.pop(_PENDING, [])
    if not events:
        return
    session.flush()
    _tell_hotels(session, [event for event in events if isinstance(event, HotelEvent)])
    users = [event for event in events if isinstance(event, UserEvent)]
    if users:
        write_events(session, [event_row(event.name, f"user:{event.user_id}", event.payload) for event in users])
    session.info[wakeup.NEEDED] = True


def _tell_hotels(session: Session, events: list[HotelEvent]) -> None:
    by_hotel: dict[UUID, list[HotelEvent]] = defaultdict(list)
    for event in events:
        by_hotel[event.hotel_id].append(event)
    for hotel_id in sorted(by_hotel):
        facts = [
            {"nth": nth, "name": fact.name, "user_id": fact.user_id, "payload": fact.payload}
            for nth, fact in enumerate(by_hotel[hotel_id], 1)
        ]
        told = {"hotel_id": hotel_id, "count": len(facts), "facts": orjson.dumps(facts).decode()}
        run(session, _TELL, told | {"request_id": current_request_id()})


def last_seq(session: Session, hotel_id: UUID) -> int:
    """The number of the hotel's latest event, 0 when it has none."""
    return session.scalar(select(HotelCounter.last_seq).where(HotelCounter.hotel_id == hotel_id)) or 0
