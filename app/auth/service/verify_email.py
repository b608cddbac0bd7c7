"""An e-mail is its owner's: shown by a link that was mailed there."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.auth import emails, limits, queries
from app.auth.errors import EmailVerified
from app.auth.jobs import EMAIL_VERIFIED
from app.auth.models import OneTimeToken, Purpose, User
from app.auth.principal import Principal, Profile
from app.auth.service import links
from app.core.clock import now, sql_now
from app.core.db import transaction
from app.core.outbox import enqueue
from app.mail.service import queue_email


def by_link(token: str) -> Profile:
    """Uses a link up: the e-mail it went to is verified, and where it was asked for becomes the account's.

    What hangs on a verified e-mail follows by EMAIL_VERIFIED. Raises LinkExpired, EmailTaken.
    """
    with transaction() as session:
        user, link = links.use(session, token, Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
        if link.purpose == Purpose.CHANGE_EMAIL:
            _change(session, user, link)
        links.refuse_moved(user, link)
        user.email_verified_at = user.updated_at = sql_now()
        session.flush()
        links.kill(session, user.id, [Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL])
        enqueue(session, EMAIL_VERIFIED, user_id=user.id)
        return queries.get_profile(session, user.id)


def by_other_link(session: Session, user_id: UUID) -> None:
    """A link for something else was mailed to the e-mail of the account and has come back from it. The first time counts."""
    first = (User.id == user_id, User.email_verified_at.is_(None))
    statement = update(User).where(*first).values(email_verified_at=sql_now()).returning(User.id)
    if session.scalar(statement, execution_options={"synchronize_session": False}) is not None:
        enqueue(session, EMAIL_VERIFIED, user_id=user_id)


def resend(person: Principal) -> None:
    """Mails another link to the person's e-mail. Raises EmailVerified, TooManyMails."""
    with transaction() as session:
        user = queries.lock_user(session, person.user_id)
        if user.email_verified_at is not None:
            raise EmailVerified
        # The link that came with the account was not asked for here.
        is_new = (now(session) - user.created_at).total_seconds() < queries.DAY
        most = limits.LINKS_A_DAY + is_new
        links.refuse_too_many(session, user, Purpose.VERIFY_EMAIL, most=most, seconds=limits.LINK_SECONDS)
        link = links.make(session, user.id, Purpose.VERIFY_EMAIL, user.email)
        queue_email(session, emails.verify(user, link))


def _change(session: Session, user: User, link: OneTimeToken) -> None:
    """The old e-mail is told; links that were mailed there are dead. Raises EmailTaken at the flush."""
    queue_email(session, emails.email_changed(user, link))
    user.email = link.email
    links.kill(session, user.id)
