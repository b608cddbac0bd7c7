"""What of a person is where, and what stands in the way of erasing it."""

from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.hotels.models import OVER, Hotel, Member, MemberRole

# A stay is over by the date on the hotel's wall. Money is on its way while an attempt to pay may still succeed or waits for somebody, and
# while a refund is not with the bank: one that failed is owed, too, and whoever mends it must know the guest.
OPEN_BOOKINGS = text("""
SELECT b.reference FROM bookings b JOIN hotels h ON h.id = b.hotel_id
WHERE b.user_id = :user_id AND (
  b.status IN ('pending_payment', 'checked_in')
  OR b.status = 'confirmed' AND b.check_out >= (clock_timestamp() AT TIME ZONE h.time_zone)::date
  OR b.payment_status = 'refund_due'
  OR EXISTS (SELECT FROM refunds r WHERE r.booking_id = b.id AND r.status <> 'processed')
  OR EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id
             AND (p.status IN ('queued', 'initialized', 'review') OR p.status = 'success' AND p.applied_at IS NULL)))
ORDER BY b.id
""")
# What mails tell of, besides himself: his bookings, their refunds and changes.
BOOKINGS = text("""
SELECT b.id, b.guest_email, ARRAY(
  SELECT r.id FROM refunds r WHERE r.booking_id = b.id UNION ALL SELECT c.id FROM booking_changes c WHERE c.booking_id = b.id) AS other_ids
FROM bookings b WHERE b.user_id = :user_id
""")
TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:user_id AS text), 0))")


def take_turn(session: Session, user_id: UUID) -> None:
    """Bookings that the person is making are waited for, and new ones wait: `idempotency.claim_in_turn` takes the same turn."""
    session.execute(TURN, {"user_id": user_id})


def lock_hotels_run_by(session: Session, user_id: UUID) -> list[UUID]:
    """The hotels where the person is an admin, locked, so that two of their admins do not leave at once."""
    run = select(Member.hotel_id).where(Member.user_id == user_id, Member.role == MemberRole.HOTEL_ADMIN)
    locked = select(Hotel.id).where(Hotel.id.in_(run)).order_by(Hotel.id).with_for_update(key_share=True)
    return list(session.scalars(locked))


def left_without_admin(session: Session, hotel_ids: list[UUID], user_id: UUID) -> list[UUID]:
    """Of these hotels those that would have no admin but for the person; hotels that are over need none."""
    others = select(Member.hotel_id).where(Member.role == MemberRole.HOTEL_ADMIN, Member.user_id != user_id)
    alone = (Hotel.id.in_(hotel_ids), Hotel.status.not_in(OVER), Hotel.id.not_in(others))
    return list(session.scalars(select(Hotel.id).where(*alone).order_by(Hotel.id)))


def open_bookings(session: Session, user_id: UUID) -> list[str]:
    """References of the person's bookings that are not over or whose money is under way."""
    return list(session.scalars(OPEN_BOOKINGS, {"user_id": user_id}))


def bookings_of(session: Session, user_id: UUID) -> list[Row[tuple[UUID, str, list[UUID]]]]:
    """id, guest_email, other_ids (of refunds and changes) of each of the person's bookings."""
    return list(session.execute(BOOKINGS, {"user_id": user_id}).all())
