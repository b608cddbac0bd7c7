"""Whether a person has shown that the e-mail of his account is his."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.clock import sql_now


def is_verified(session: Session, user_id: UUID) -> bool:
    """Asked of the database: tokens and principals do not tell."""
    return session.scalar(select(User.email_verified_at).where(User.id == user_id)) is not None


def mark_verified(session: Session, user_id: UUID) -> None:
    """A link that was mailed to the address came back from its account. The first time counts."""
    first = func.coalesce(User.email_verified_at, sql_now())
    session.execute(
        update(User).where(User.id == user_id).values(email_verified_at=first),
        execution_options={"synchronize_session": False},
    )
