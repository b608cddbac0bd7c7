"""Links in mails: made, found again and used up, each in a transaction of its caller.

The token is 32 random bytes and stands in the mail alone; we keep its SHA-256, so that who reads our tables can use none.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.auth import queries
from app.auth.errors import LinkExpired, TooManyMails
from app.auth.models import OneTimeToken, Purpose, User, UserStatus
from app.core.clock import sql_now, sql_seconds
from app.core.columns import new_id

BYTES = 32
LIVES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be mailed. `id`: of its row, the mail's cause."""

    id: UUID
    token: str


def make(session: Session, user_id: UUID, purpose: Purpose, email: str, *, link_id: UUID | None = None) -> Link:
    """A new link for the person, to be mailed to `email`; the ones he has stay good."""
    link = Link(link_id or new_id(), secrets.token_urlsafe(BYTES))
    session.add(
        OneTimeToken(
            id=link.id,
            user_id=user_id,
            purpose=purpose,
            token_hash=hash_of(link.token),
            email=email,
            expires_at=sql_now() + sql_seconds(LIVES[purpose].total_seconds()),
        )
    )
    session.flush()
    return link


def look(session: Session, token: str, *purposes: Purpose) -> OneTimeToken:
    """A link that is still good; nothing is used or locked. Raises LinkExpired."""
    found = queries.find_link(session, hash_of(token), purposes)
    if found is None:
        raise LinkExpired
    return found


def use(session: Session, token: str, *purposes: Purpose) -> tuple[User, OneTimeToken]:
    """Uses the link up, of two at once for one of them alone. Its person is locked, before it as everywhere. Raises LinkExpired."""
    user = queries.lock_user(session, look(session, token, *purposes).user_id)
    good = (OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > sql_now())
    statement = update(OneTimeToken).where(OneTimeToken.token_hash == hash_of(token), *good).values(used_at=sql_now())
    used = session.scalars(statement.returning(OneTimeToken).execution_options(synchronize_session=False)).first()
    if used is None or user.status != UserStatus.ACTIVE:
        raise LinkExpired
    return user, used


def refuse_moved(user: User, link: OneTimeToken) -> None:
    """A link that was mailed to an e-mail of the past shows nothing about the present one. Raises LinkExpired."""
    if link.email.lower() != user.email.lower():
        raise LinkExpired


def kill(session: Session, user_id: UUID, purposes: Collection[Purpose] = tuple(Purpose)) -> None:
    """No link of the person that is still out there is good any more."""
    living = (OneTimeToken.user_id == user_id, OneTimeToken.used_at.is_(None), OneTimeToken.purpose.in_(purposes))
    statement = update(OneTimeToken).where(*living).values(used_at=sql_now())
    session.execute(statement.execution_options(synchronize_session=False))


def refuse_too_many(session: Session, user: User, purpose: Purpose, *, most: int, seconds: int) -> None:
    """So many a day, one in so many seconds; the person is locked. Raises TooManyMails."""
    sent = queries.sent_links(session, user.id, purpose)
    if sent.count and sent.since_last < seconds:
        raise TooManyMails(retry_after=max(1, round(seconds - sent.since_last)))
    if sent.count >= most:
        raise TooManyMails(retry_after=max(1, round(queries.DAY - sent.since_first)))


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
