"""Another e-mail for an account: asked for with the password, made so by a link that is mailed there."""

from app.auth import emails, limits, queries
from app.auth.errors import SameEmail
from app.auth.models import Purpose
from app.auth.principal import Principal
from app.auth.service import links, own_password
from app.core.db import transaction
from app.mail.service import queue_email


def ask(person: Principal, email: str, password: str) -> None:
    """Mails a link to the new e-mail and a notice to the old one.

    Where the new one is somebody's already he is told instead, and the person hears nothing of it: the same is written, and the link
    that he could use goes to nobody. Raises WrongPassword, TooManyLogins, SameEmail, TooManyMails, Busy.
    """
    checked = own_password.check(person, password)
    with transaction() as session:
        user = queries.lock_user(session, person.user_id)
        own_password.still(user, checked)
        if email == user.email.lower():
            raise SameEmail
        links.refuse_too_many(session, user, Purpose.CHANGE_EMAIL, most=limits.LINKS_A_DAY, seconds=0)
        link = links.make(session, user.id, Purpose.CHANGE_EMAIL, email)
        owner = queries.find_user_by_email(session, email)
        to_new = emails.change_email(user, email, link) if owner is None else emails.email_in_use(owner, link)
        queue_email(session, to_new)
        queue_email(session, emails.email_change_asked(user, email, link))
