"""Housekeeping of accounts: links that are no good any more, addresses where people have not been seen for long, sessions of long ago."""

from sqlalchemy import text

from app.auth.jobs import FORGET_LINKS
from app.auth.queries import KNOWN_DAYS
from app.core.db import transaction
from app.core.outbox import enqueue
from app.core.upkeep import in_batches

KEPT_DAYS = 7

LINKS = text("""
DELETE FROM one_time_tokens WHERE id IN (
  SELECT id FROM one_time_tokens WHERE expires_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY expires_at LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING id
""")
ADDRESSES = text("""
DELETE FROM known_addresses WHERE (user_id, address) IN (
  SELECT user_id, address FROM known_addresses WHERE seen_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY seen_at LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING user_id
""")
# An id tells when its session was opened (UUIDv7), and none ends before that: so the key alone finds what is old.
SESSIONS = text("""
DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions
  WHERE id < rpad(lpad(to_hex((extract(epoch FROM statement_timestamp() - make_interval(days => :days)) * 1000)::bigint), 12, '0'),
                  32, '0')::uuid
    AND expires_at < statement_timestamp() - make_interval(days => :days)
  ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING id
""")


def order_purge() -> None:
    """The day's housekeeping may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, FORGET_LINKS)


def forget_links() -> int:
    """Links a week after their end, by when nobody asks any more what became of them; addresses after 90 days, and sessions 90 days after
    their end, for they tell as much. Returns how many.
    """
    known = in_batches(ADDRESSES, days=KNOWN_DAYS) + in_batches(SESSIONS, days=KNOWN_DAYS)
    return in_batches(LINKS, days=KEPT_DAYS) + known
