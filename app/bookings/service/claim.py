"""Bookings that were made without an account become those of the person whose e-mail they were made with."""

from uuid import UUID

from sqlalchemy import text

from app.core.db import transaction

CLAIM = text("""
UPDATE bookings b SET user_id = u.id FROM users u
WHERE u.id = :user_id AND u.status = 'active' AND u.email_verified_at IS NOT NULL AND b.user_id IS NULL AND b.guest_email = u.email
""")


def by_verified_email(user_id: UUID) -> None:
    """Nothing happens unless the person's e-mail is verified: he has shown that it is his."""
    with transaction() as session:
        session.execute(CLAIM, {"user_id": user_id})
