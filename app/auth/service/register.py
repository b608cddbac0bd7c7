"""Opening an account."""

from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from app.auth import emails, passwords, turns
from app.auth.models import PlatformRole, Purpose, Role, User
from app.auth.principal import Profile
from app.auth.service import links
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import transaction
from app.mail.service import queue_email


@dataclass(frozen=True, slots=True)
class NewUser:
    """`email` as `core.schema.Email` reads it, `phone` in E.164. The terms are accepted, or there is no account."""

    email: str
    password: str = field(repr=False)
    full_name: str
    phone: str | None = None
    marketing: bool = False


def guest(new: NewUser) -> Profile:
    """A guest's account; opens no session, mails a link by which the e-mail is verified. Raises WeakPassword, EmailTaken, Busy."""
    passwords.refuse_weak(new.password, new.email)
    password_hash = turns.STRANGERS.run(partial(passwords.hash_of, new.password))
    user = _user(new, new_id(), password_hash)
    with transaction() as session:
        session.add(user)
        session.flush()
        link = links.make(session, user.id, Purpose.VERIFY_EMAIL, new.email)
        queue_email(session, emails.verify(user, link))
    return _profile(new, user.id)


def _user(new: NewUser, user_id: UUID, password_hash: str) -> User:
    return User(
        id=user_id,
        email=new.email,
        password_hash=password_hash,
        full_name=new.full_name,
        phone=new.phone,
        role=PlatformRole.GUEST,
        terms_accepted_at=sql_now(),
        marketing_accepted_at=sql_now() if new.marketing else None,
    )


def _profile(new: NewUser, user_id: UUID) -> Profile:
    return Profile(
        user_id=user_id,
        email=new.email,
        full_name=new.full_name,
        phone=new.phone,
        role=Role.GUEST,
        memberships={},
        marketing=new.marketing,
    )
