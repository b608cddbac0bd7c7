"""The mails of an account. Those that hold a link are secret: their words go when they have been sent."""

from typing import Any, Protocol
from uuid import UUID

from app.auth.models import OneTimeToken, User
from app.config import settings
from app.core.columns import new_id
from app.mail.service import Email
from app.mail.templates import AccountKind, render

VERIFY_PAGE, RESET_PAGE = "verify-email", "reset-password"
ANYBODY = "guest"  # where it is not shown whose an e-mail is: a name may be any words that somebody wants to have mailed by us


class Link(Protocol):
    """What was made to be mailed."""

    @property
    def id(self) -> UUID: ...

    @property
    def token(self) -> str: ...


def verify(user: User, link: Link) -> Email:
    """To the account's e-mail: a link by which it is verified."""
    return _mail(AccountKind.VERIFY_EMAIL, user, link.id, link=_url(VERIFY_PAGE, link))


def change_email(user: User, email: str, link: Link) -> Email:
    """To the new e-mail: a link by which it becomes the account's."""
    return _mail(AccountKind.CHANGE_EMAIL, user, link.id, to=email, link=_url(VERIFY_PAGE, link))


def email_change_asked(user: User, email: str, link: Link) -> Email:
    """To the e-mail there is: somebody, most likely he himself, asked for another."""
    return _mail(AccountKind.EMAIL_CHANGE_ASKED, user, link.id, new_email=email)


def email_in_use(owner: User, link: Link) -> Email:
    """To the owner of an e-mail that somebody else wanted for his account."""
    return _mail(AccountKind.EMAIL_IN_USE, owner, link.id)


def email_changed(user: User, link: OneTimeToken) -> Email:
    """To the e-mail that was the account's until now."""
    return _mail(AccountKind.EMAIL_CHANGED, user, link.id, new_email=link.email)


def reset_password(user: User, link: Link) -> Email:
    """To the account's e-mail: a link to a new password."""
    return _mail(AccountKind.RESET_PASSWORD, user, link.id, link=_url(RESET_PAGE, link))


def password_changed(user: User) -> Email:
    """To the account's e-mail: it has another password."""
    return _mail(AccountKind.PASSWORD_CHANGED, user, new_id())


def suspended(user: User, reason: str) -> Email:
    """To the account's e-mail: nobody can log in with it, and why."""
    return _mail(AccountKind.ACCOUNT_SUSPENDED, user, new_id(), reason=reason)


def reinstated(user: User, reason: str | None) -> Email:
    """To the account's e-mail: its owner can log in again."""
    return _mail(AccountKind.ACCOUNT_REINSTATED, user, new_id(), reason=reason)


def _url(page: str, link: Link) -> str:
    """The token stands behind the #, where no server on the way and no Referer gets to see it."""
    return f"{settings().public_web_url.rstrip('/')}/{page}#token={link.token}"


def _mail(kind: AccountKind, user: User, cause_id: UUID, *, to: str | None = None, **more: Any) -> Email:
    is_his = to is None and user.email_verified_at is not None
    words = render(kind, person_name=user.full_name if is_his else ANYBODY, **more)
    return Email(
        kind,
        cause_id,
        to or user.email,
        words.subject,
        words.text,
        words.html,
        is_secret="link" in more,
        person_id=user.id,
    )
