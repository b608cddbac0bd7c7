"""What bookings do when a person is erased; `app.erasure` decides whether he may be."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.auth.service.erase import NAME

# What the guest typed, here and in the history of his own steps, those by a link without a login too. Amounts, nights, rooms and states
# are the hotel's books.
GUEST = text("""
UPDATE bookings SET guest_name = :name, guest_email = concat('erased-', id, '@erased.invalid'), guest_phone = NULL,
                    special_requests = NULL, cancel_reason = NULL, booked_from = NULL, token_version = NULL
WHERE user_id = :user_id
""")
REASONS = text("""
UPDATE booking_history SET reason = NULL
WHERE actor = 'guest' AND reason IS NOT NULL AND booking_id IN (SELECT id FROM bookings WHERE user_id = :user_id)
""")


def blank_guest(session: Session, user_id: UUID) -> None:
    """Nobody can tell from the person's bookings who he was."""
    session.execute(GUEST, {"user_id": user_id, "name": NAME})
    session.execute(REASONS, {"user_id": user_id})
