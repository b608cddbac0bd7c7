"""Another password: by the one there was, or by a link that was mailed."""

from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import emails, limits, passwords, queries, turns
from app.auth.jobs import PASSWORD_FORGOTTEN
from app.auth.models import Purpose, User
from app.auth.principal import Principal
from app.auth.service import links, opened, own_password
from app.auth.service.opened import Device
from app.core import throttle
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.outbox import enqueue
from app.mail.service import queue_email


def by_owner(person: Principal, current: str, new: str) -> None:
    """Ends all other sessions. Raises WrongPassword, TooManyLogins, WeakPassword, Busy."""
    passwords.refuse_weak(new, person.email, "new_password")
    checked = own_password.check(person, current)
    password_hash = turns.KNOWN.run(partial(passwords.hash_of, new))
    with transaction() as session:
        user = queries.lock_user(session, person.user_id)
        own_password.still(user, checked)
        _set(session, user, password_hash)
        opened.end_all(session, user.id, "password_changed", but=person.session_id)


def forgotten(email: str, device: Device) -> None:
    """A link is mailed if there is such an account; who asks cannot tell, nor that he has asked too often.

    The same work for known and unknown e-mails: the rest is the job's.
    """
    with transaction() as session:
        if throttle.take(session, *limits.of_forgotten(email, device.address)) == 0:
            user = queries.find_user_by_email(session, email)
            user_id = new_id() if user is None else user.id
            enqueue(session, PASSWORD_FORGOTTEN, user_id=user_id, link_id=new_id())


def mail_link(user_id: UUID, link_id: UUID) -> None:
    """Mails the link to a new password, once, if there is such a person and he may log in."""
    with transaction() as session:
        user = queries.lock_active_user(session, user_id)
        if user is not None and not queries.is_made(session, link_id):
            link = links.make(session, user.id, Purpose.RESET_PASSWORD, user.email, link_id=link_id)
            queue_email(session, emails.reset_password(user, link))


def by_link(token: str, new: str, device: Device) -> None:
    """Ends all sessions, and what wrong passwords have brought on the account: who reads its mails is its owner.

    A link that is no good costs no hash. Raises LinkExpired, WeakPassword, Busy.
    """
    with reading() as session:
        found = links.look(session, token, Purpose.RESET_PASSWORD)
    passwords.refuse_weak(new, found.email.lower())
    password_hash = turns.KNOWN.run(partial(passwords.hash_of, new))
    with transaction() as session:
        user, link = links.use(session, token, Purpose.RESET_PASSWORD)
        links.refuse_moved(user, link)
        _set(session, user, password_hash)
        opened.end_all(session, user.id, "password_reset")
        opened.know(session, user.id, device.address)
        throttle.give_back(session, emptied=limits.of_account(user.email.lower(), device.address))


def _set(session: Session, user: User, password_hash: str) -> None:
    """Links that were asked for with the old password, or instead of it, are dead. The owner is told."""
    user.password_hash = password_hash
    user.password_changed_at = user.updated_at = sql_now()
    session.flush()
    links.kill(session, user.id, [Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL])
    queue_email(session, emails.password_changed(user))
