"""What is kept of a booking for a while only: the address it came from, and the token that opens it."""

from sqlalchemy import text

from app.bookings.jobs import FORGET_TRACES
from app.core import upkeep
from app.core.db import transaction
from app.core.outbox import enqueue

ADDRESS_DAYS = 30  # after it was made: as long as a flood of holds is worth looking into
TOKEN_DAYS = 30  # after the stay: by then every refund has arrived, and a link in an old mail opens nothing

FORGET_ADDRESSES = text("""
UPDATE bookings SET booked_from = NULL WHERE id IN (
  SELECT id FROM bookings WHERE booked_from IS NOT NULL AND created_at < clock_timestamp() - make_interval(days => :days)
  ORDER BY created_at LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
""")
FORGET_TOKENS = text("""
UPDATE bookings SET token_version = NULL WHERE id IN (
  SELECT id FROM bookings WHERE token_version IS NOT NULL AND check_out < current_date - :days
  ORDER BY check_out LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
""")


def order() -> None:
    """The day's forgetting may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, FORGET_TRACES)


def forget() -> int:
    """FORGET_TRACES. Returns how much was forgotten."""
    return upkeep.in_batches(FORGET_ADDRESSES, days=ADDRESS_DAYS) + upkeep.in_batches(FORGET_TOKENS, days=TOKEN_DAYS)
