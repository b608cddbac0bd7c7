"""Due jobs, from their rows to the queues of the workers.

A queue in Redis is kept short, so that what is urgent is never behind a backlog and little is out when Redis is lost.
A row that was sent is sent again after five seconds unless a worker has claimed it: a copy is harmless, waiting is
not.
"""

import time
from collections import Counter
from collections.abc import Mapping
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import class_row

from app.core.jobs import Queue
from app.core.logging import logger
from workers.relay.broker import AwayError, Broker, Order

DEPTH = 32
LEAST = 8  # to fill up by fewer costs as much, and whoever is not in the queue yet waits behind it as long
MOST_TICKS = 120
BURY_EVERY = 1.0

# Each queue gets as many as it has room for, what was due first before the rest.
CLAIM_DUE = """
UPDATE outbox SET sent_until = statement_timestamp() + interval '5 s'
WHERE id = ANY(ARRAY(
  SELECT due.id
  FROM unnest(%s::text[], %s::int[]) AS wanted (queue, room)
  CROSS JOIN LATERAL (
    SELECT id FROM outbox
    WHERE kind = 'job' AND dead_at IS NULL AND queue = wanted.queue
      AND due_at <= statement_timestamp() AND attempts < max_attempts
      AND (sent_until IS NULL OR sent_until <= statement_timestamp())
      AND (run_until IS NULL OR run_until <= statement_timestamp())
    ORDER BY due_at, id LIMIT wanted.room
    FOR UPDATE SKIP LOCKED
  ) AS due
))
RETURNING id, name, queue, hard_limit
"""
TAKE_BACK = "UPDATE outbox SET sent_until = NULL WHERE id = ANY(%s)"
BURY = """
UPDATE outbox
SET dead_at = statement_timestamp(), last_error = coalesce(last_error, 'Killed: every run ended without a word')
WHERE id = ANY(ARRAY(
  SELECT id FROM outbox
  WHERE kind = 'job' AND dead_at IS NULL AND attempts >= max_attempts
    AND (run_until IS NULL OR run_until <= statement_timestamp())
  FOR UPDATE SKIP LOCKED
))
RETURNING id, name, queue, hard_limit
"""

log = logger(__name__)


class JobPump:
    """Moves what is due, the most urgent queue first."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._next_burial = 0.0

    def move(self, work: Connection) -> bool:
        """Sends as much as the queues may hold. True when rows may be left. Raises AwayError, psycopg.Error."""
        self._bury(work)
        depths = dict(zip(Queue, self._broker.depths(tuple(Queue)), strict=True))
        if depths[Queue.TICKS] > MOST_TICKS:
            self._broker.keep_youngest(Queue.TICKS, MOST_TICKS)
        room = {queue: _room(depth) for queue, depth in depths.items()}
        due = self._claim(work, {queue: free for queue, free in room.items() if free})
        sent = Counter(order.queue for order in due)
        # Ticks fill their queue without the relay: that it is full says nothing about rows.
        return any(sent[queue] == free for queue, free in room.items() if free or queue is not Queue.TICKS)

    def _claim(self, work: Connection, room: Mapping[Queue, int]) -> list[Order]:
        """What there was room for, already sent."""
        due = _rows(work, CLAIM_DUE, ([str(queue) for queue in room], list(room.values()))) if room else []
        if due:
            self._send(work, sorted(due))
        return due

    def _send(self, work: Connection, due: list[Order]) -> None:
        try:
            self._broker.send(due)
        except AwayError:
            work.execute(TAKE_BACK, ([order.id for order in due],))
            raise

    def _bury(self, work: Connection) -> None:
        """A job that kills its worker cannot say so: whoever has used up his runs and is not running is dead."""
        if time.monotonic() < self._next_burial:
            return
        self._next_burial = time.monotonic() + BURY_EVERY
        for row in _rows(work, BURY, ()):
            log.error("job_dead", job=row.name, row_id=row.id)


def _room(depth: int) -> int:
    """How many messages are put to those that wait."""
    free = DEPTH - depth
    return free if free >= LEAST else 0


def _rows(work: Connection, statement: LiteralString, values: tuple[list[str] | list[int], ...]) -> list[Order]:
    with work.cursor(row_factory=class_row(Order)) as cursor:
        return cursor.execute(statement, values).fetchall()
