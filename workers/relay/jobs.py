"""Due jobs, from their rows to the queues of the workers.

A queue in Redis is kept short, so that what is urgent is never behind a backlog and little is out when Redis is lost.
A row that was sent is sent again after five seconds unless a worker has claimed it: a copy is harmless, waiting is
not.
"""

import time
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from app.core.jobs import Queue
from app.core.logging import logger
from workers.relay.broker import AwayError, Broker

DEPTH = 32
MOST_TICKS = 120
BURY_EVERY = 1.0

CLAIM_DUE = """
UPDATE outbox SET sent_until = statement_timestamp() + interval '5 s'
WHERE id = ANY(ARRAY(
  SELECT id FROM outbox
  WHERE kind = 'job' AND dead_at IS NULL AND queue = %s AND due_at <= statement_timestamp() AND attempts < max_attempts
    AND (sent_until IS NULL OR sent_until <= statement_timestamp())
    AND (run_until IS NULL OR run_until <= statement_timestamp())
  ORDER BY due_at, id LIMIT %s
  FOR UPDATE SKIP LOCKED
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


class Due(NamedTuple):
    """A row as far as the relay knows it; it has no code of any job."""

    id: int
    name: str
    queue: str
    hard_limit: int


class JobPump:
    """Moves what is due, the most urgent queue first."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._next_burial = 0.0

    def move(self, work: Connection) -> bool:
        """Sends as much as the queues may hold. True when rows may be left. Raises AwayError, psycopg.Error."""
        self._bury(work)
        depths = dict(zip(Queue, self._broker.depths(tuple(Queue)), strict=True))
        left = False
        for queue, depth in depths.items():
            left |= self._fill(work, queue, DEPTH - depth)
        if depths[Queue.TICKS] > MOST_TICKS:
            self._broker.keep_youngest(Queue.TICKS, MOST_TICKS)
        return left

    def _fill(self, work: Connection, queue: Queue, room: int) -> bool:
        if room <= 0:
            return queue is not Queue.TICKS
        due = _rows(work, CLAIM_DUE, (str(queue), room))
        self._send(work, sorted(due))
        return len(due) == room

    def _send(self, work: Connection, due: list[Due]) -> None:
        for position, row in enumerate(due):
            try:
                self._broker.send(row.queue, row.name, row.id, row.hard_limit)
            except AwayError:
                work.execute(TAKE_BACK, ([unsent.id for unsent in due[position:]],))
                raise

    def _bury(self, work: Connection) -> None:
        """A job that kills its worker cannot say so: whoever has used up his runs and is not running is dead."""
        if time.monotonic() < self._next_burial:
            return
        self._next_burial = time.monotonic() + BURY_EVERY
        for row in _rows(work, BURY, ()):
            log.error("job_dead", job=row.name, row_id=row.id)


def _rows(work: Connection, statement: str, values: tuple[str | int, ...]) -> list[Due]:
    with work.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(statement, values).fetchall()
