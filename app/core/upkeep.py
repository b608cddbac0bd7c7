"""Housekeeping of this floor: what is kept for a while goes when the while is over."""

from collections.abc import Mapping

from sqlalchemy import TextClause, text

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
FORGET_COUNTERS = text("""
DELETE FROM throttle_counters WHERE key_hash IN (
  SELECT key_hash FROM throttle_counters WHERE ends_at < clock_timestamp() ORDER BY ends_at LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING key_hash
""")


def order_purge() -> None:
    """The day's housekeeping may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, PURGE)


def forget_keys() -> int:
    """Idempotency keys past their time. Returns how many."""
    return in_batches(FORGET_KEYS, hours=KEPT_HOURS)


def forget_counters() -> int:
    """Counters of the throttle whose window is over. Returns how many."""
    return in_batches(FORGET_COUNTERS)


def in_batches(statement: TextClause, **bound: int) -> int:
    """Runs a statement that takes `:batch` rows and returns them, until none is left. Returns how many there were.

    Each batch is a transaction of its own, so that none is long.
    """
    done = 0
    while rows := _batch(statement, bound):
        done += rows
    return done


def _batch(statement: TextClause, bound: Mapping[str, int]) -> int:
    with transaction() as session:
        return len(session.execute(statement, {**bound, "batch": BATCH}).all())
