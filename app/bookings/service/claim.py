"""A guest who booked without an account opens one: what was booked for his e-mail becomes his."""

from uuid import UUID

from sqlalchemy import text

from app.core.db import retrying, transaction
from app.core.logging import logger

CLAIM = text("""
UPDATE bookings SET user_id = :user_id WHERE id IN (
  SELECT b.id FROM bookings b JOIN users u ON u.email = b.guest_email
  WHERE u.id = :user_id AND u.status = 'active' AND u.email_verified_at IS NOT NULL AND b.user_id IS NULL
  ORDER BY b.id FOR NO KEY UPDATE OF b)
AND user_id IS NULL RETURNING id
""")

log = logger(__name__)


@retrying
def by_verified_email(user_id: UUID) -> int:
    """Gives the user all account-less bookings of his e-mail, if it is verified; harmless when repeated. Returns how many.

    Their tokens go on working until the stay is over: whoever booked may be on his way with nothing but the link.
    """
    with transaction() as session:
        claimed = len(session.execute(CLAIM, {"user_id": user_id}).all())
    if claimed:
        log.info("bookings_claimed", user_id=str(user_id), bookings=claimed)
    return claimed
