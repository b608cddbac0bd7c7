"""Housekeeping of hotels: invitations hold addresses of people who may never have answered."""

from sqlalchemy import text

from app.core.db import transaction
from app.core.outbox import enqueue
from app.core.upkeep import in_batches
from app.hotels.jobs import FORGET_INVITATIONS

KEPT_DAYS = 7

INVITATIONS = text("""
DELETE FROM hotel_invitations WHERE id IN (
  SELECT id FROM hotel_invitations WHERE expires_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING id
""")


def order_purge() -> None:
    """The day's housekeeping may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, FORGET_INVITATIONS)


def forget_invitations() -> int:
    """Answered or not, a week after their end: who joined, by whose word and when, the audit log knows. Returns how many."""
    return in_batches(INVITATIONS, days=KEPT_DAYS)
