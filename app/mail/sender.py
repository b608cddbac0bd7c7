"""Sending one mail: take its row, speak with the server outside any transaction, write down what became of it.

At least once: when the server took the mail and the line or this process died before that was written, the next attempt
sends it again under the same Message-ID, by which mailboxes know it for the same.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.config import settings
from app.core.clock import sql_now
from app.core.db import transaction
from app.core.errors import Unavailable
from app.core.logging import logger
from app.mail import queries, smtp_client
from app.mail.errors import MailRefused
from app.mail.message import compose
from app.mail.models import OutgoingEmail
from app.mail.service import FORGOTTEN

log = logger(__name__)


def send(email_id: UUID) -> None:
    """Sends the mail unless it was sent or refused before.

    Raises Unavailable when it has to be tried again later, RuntimeError inside a transaction.
    """
    email = _take(email_id)
    if email is None:
        return
    try:
        smtp_client.deliver(compose(email, settings().mail_from), settings())
    except MailRefused as error:
        _end(email, refused_at=sql_now(), last_error=error.detail)
        log.warning("mail_refused", email_id=str(email_id), kind=email.kind, error=error.detail)
    except Unavailable as error:
        _note(email_id, last_error=error.detail)
        log.warning("mail_waits", email_id=str(email_id), kind=email.kind, error=error.detail)
        raise
    else:
        _end(email, sent_at=sql_now(), last_error=None)
        log.info("mail_sent", email_id=str(email_id), kind=email.kind, attempt=email.attempts)


def _take(email_id: UUID) -> OutgoingEmail | None:
    with transaction() as session:
        email = queries.lock_unsent(session, email_id)
        if email is not None:
            email.attempts += 1
        return email


def _end(email: OutgoingEmail, **values: Any) -> None:
    """It will not be sent again, so that what must not be read again can go."""
    _note(email.id, **values | (FORGOTTEN if email.is_secret else {}))


def _note(email_id: UUID, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(OutgoingEmail).where(OutgoingEmail.id == email_id).values(values))
