"""Housekeeping of this floor: what is kept for a while goes when the while is over."""

from collections.abc import Callable

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.core import throttle
from app.core.db import transaction
from app.core.idempotency import KEPT_HOURS
from app.core.jobs import HOUR, Job, Queue, declare
from app.core.outbox import enqueue

BATCH = 5000

PURGE = declare(Job("upkeep.forget_keys", Queue.BULK, limit=120, attempts=3, give_up_after=HOUR))

FORGET_KEYS = text("""
DELETE FROM idempotency_keys WHERE id IN (
  SELECT id FROM idempotency_keys WHERE created_at < clock_timestamp() - make_interval(hours => :hours)
  ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING id
""")


def order_purge() -> None:
    """The day's housekeeping may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, PURGE)


def forget_keys() -> int:
    """Idempotency keys past their time, and throttles that have leaked empty. Returns how many."""
    return in_batches(FORGET_KEYS, hours=KEPT_HOURS) + batch_by_batch(throttle.forget_empty)


def batch_by_batch(forget: Callable[[Session, int], int]) -> int:
    """Calls `forget(session, most)` until it finds nothing; each batch is a transaction of its own, so that none is long."""
    forgotten = 0
    while gone := _one_batch(forget):
        forgotten += gone
    return forgotten


def in_batches(statement: TextClause, **bound: int) -> int:
    """The same by a statement that takes `:batch` rows and returns them."""
    return batch_by_batch(lambda session, batch: len(session.execute(statement, {**bound, "batch": batch}).all()))


def _one_batch(forget: Callable[[Session, int], int]) -> int:
    with transaction() as session:
        return forget(session, BATCH)
