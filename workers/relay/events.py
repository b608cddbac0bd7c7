"""Announced events, from their rows to the sockets, in the order of their numbers.

One relay at a time emits: it holds an advisory lock for the length of one short transaction, which PostgreSQL ends
should the relay freeze. An event that nobody took within a minute is dropped: clients that come back read the log,
not the past.
"""

import time
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from app.core.logging import logger
from app.realtime.emitter import Emitter, NotTakenError

BATCH = 200
BATCH_SECONDS = 2.0
LOCK = 7_305_801

ANY = "SELECT EXISTS (SELECT FROM outbox WHERE kind = 'event')"
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
NEXT = """
SELECT id, name, queue AS room, payload, created_at < statement_timestamp() - interval '60 s' AS is_stale
FROM outbox WHERE kind = 'event' ORDER BY id LIMIT %s
"""
FORGET = "DELETE FROM outbox WHERE id = ANY(%s)"

log = logger(__name__)


class Event(NamedTuple):
    id: int
    name: str
    room: str
    payload: dict[str, Any]
    is_stale: bool


class EventPump:
    """Moves events to the sockets."""

    def __init__(self, emitter: Emitter) -> None:
        self._emitter = emitter
        self._untold = False

    def move(self, work: Connection) -> bool:
        """Emits one batch. True when rows are left that may be emitted at once. Raises psycopg.Error."""
        row = work.execute(ANY).fetchone()
        return row == (True,) and self._move_batch(work)

    def _move_batch(self, work: Connection) -> bool:
        settled: list[int] = []
        # The pipeline sends what needs no answer together with what follows: one round trip before the first event.
        with work.pipeline(), work.transaction(), work.cursor(row_factory=class_row(Event)) as cursor:
            lock = work.execute(TRY_LOCK, (LOCK,))
            cursor.execute(NEXT, (BATCH,))
            if lock.fetchone() == (True,):
                settled = self._settle(cursor.fetchall())
            if settled:
                work.execute(FORGET, (settled,))
        return len(settled) == BATCH

    def _settle(self, events: list[Event]) -> list[int]:
        """Emits up to the first failure; returns the ids of those that need not be kept."""
        settled: list[int] = []
        ends = time.monotonic() + BATCH_SECONDS
        for event in events:
            if not event.is_stale and not (time.monotonic() < ends and self._tell(event)):
                break
            settled.append(event.id)
        stale = sum(event.is_stale for event in events)
        if stale:
            log.warning("events_dropped", count=stale)
        return settled

    def _tell(self, event: Event) -> bool:
        try:
            self._emitter.tell(event.room, event.name, event.payload)
        except NotTakenError as error:
            if not self._untold:
                log.warning("events_wait", reason=str(error))
            self._untold = True
            return False
        self._untold = False
        return True
