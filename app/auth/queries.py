"""Every SELECT of people and their sessions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, column, func, select, table
from sqlalchemy.orm import Session

from app.auth.models import LoginSession, User, UserStatus
from app.auth.principal import Principal, strongest
from app.core.clock import sql_now
from app.core.errors import NotFound

# Hotels stand above this module and may not be imported; what a request asks of them is this one table.
hotel_members = table("hotel_members", column("hotel_id"), column("user_id"), column("role"))

_memberships = (
    select(func.jsonb_object_agg(hotel_members.c.hotel_id, hotel_members.c.role))
    .where(hotel_members.c.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)


def find_principal(session: Session, session_id: UUID, user_id: UUID) -> Principal | None:
    """The person of a living session with his memberships, by one statement.

    None when the session is revoked, over or another's, and when the person is suspended or gone.
    """
    statement = (
        select(User.email, User.full_name, User.phone, User.role, _memberships.label("memberships"))
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(LoginSession.id == session_id, LoginSession.revoked_at.is_(None), LoginSession.expires_at > sql_now())
        .where(User.id == user_id, User.status == UserStatus.ACTIVE)
    )
    row = session.execute(statement).first()
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
