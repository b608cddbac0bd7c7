"""Every SELECT of people and their sessions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.auth.models import LoginSession, User
from app.auth.principal import Principal, strongest
from app.core.errors import NotFound
from app.core.sql import by_hand, run

# Hotels stand above this module and may not be imported; what each request asks of them is this one table.
PRINCIPAL = by_hand("""
SELECT u.email, u.full_name, u.phone, u.role,
       (SELECT jsonb_object_agg(m.hotel_id, m.role) FROM hotel_members m WHERE m.user_id = u.id) AS memberships
FROM users u JOIN sessions s ON s.user_id = u.id
WHERE s.id = :session_id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.id = :user_id AND u.status = 'active'
""")


def find_principal(session: Session, session_id: UUID, user_id: UUID) -> Principal | None:
    """The person of a living session with his memberships, by one statement.

    None when the session is revoked, over or another's, and when the person is suspended or gone.
    """
    row = run(session, PRINCIPAL, {"session_id": session_id, "user_id": user_id}).first()
    return None if row is None else _principal(row, session_id, user_id)


def _principal(row: Row[Any], session_id: UUID, user_id: UUID) -> Principal:
    memberships = {UUID(hotel_id): role for hotel_id, role in (row.memberships or {}).items()}
    return Principal(
        user_id=user_id,
        session_id=session_id,
        email=row.email,
        full_name=row.full_name,
        phone=row.phone,
        role=strongest(row.role, memberships),
        memberships=memberships,
    )


def find_user_by_email(session: Session, email: str) -> User | None:
    """The user with this e-mail, in any spelling of its case."""
    return session.scalar(select(User).where(User.email == email))


def lock_user(session: Session, user_id: UUID) -> User:
    """Raises NotFound."""
    user = session.scalar(select(User).where(User.id == user_id).with_for_update(key_share=True))
    if user is None:
        raise NotFound
    return user


def lock_login_session(session: Session, session_id: UUID) -> LoginSession | None:
    return session.scalar(select(LoginSession).where(LoginSession.id == session_id).with_for_update(key_share=True))
