"""Queueing mail: a row in the transaction of its cause, and the job that sends it. Forgetting it when its recipient is erased."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.config import settings
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.outbox import enqueue
from app.mail.jobs import SEND_EMAIL
from app.mail.models import OutgoingEmail

# What becomes of the words of a mail that is not to be read again.
FORGOTTEN: dict[str, Any] = {"subject": "", "text": "", "html": "", "attachments": []}


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content_type` with its parameters, as in `text/calendar; method=PUBLISH`; text only."""

    filename: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Email:
    """One mail to one address. `cause_id`: the booking, refund … it tells of; with kind and recipient it is unique.

    `is_secret`: its words are forgotten when it has been sent or refused, because they let whoever reads them in. `person_id`: of whose
    account it tells.
    """

    kind: str
    cause_id: UUID
    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    is_secret: bool = False
    person_id: UUID | None = None


def queue_email(session: Session, email: Email) -> None:
    """Promises the mail, once per cause, kind and recipient: what is asked again changes nothing."""
    email_id = session.execute(
        insert(OutgoingEmail)
        .values(_row(email))
        .on_conflict_do_nothing(index_elements=["cause_id", "kind", "recipient"])
        .returning(OutgoingEmail.id)
    ).scalar_one_or_none()
    if email_id is not None:
        enqueue(session, SEND_EMAIL, email_id=email_id)


@dataclass(frozen=True, slots=True)
class Erased:
    """A person who is erased: his account and its e-mail, what else mails told of (bookings …), and his e-mails in those."""

    person_id: UUID
    email: str
    causes: Collection[UUID] = ()
    other_emails: Collection[str] = ()


def erase(session: Session, person: Erased) -> None:
    """Nothing but the fact is left of mails to the person and of those that tell of him; what waits is not sent."""
    is_his = (OutgoingEmail.person_id == person.person_id) | (OutgoingEmail.recipient == person.email)
    tells_of_him = OutgoingEmail.cause_id.in_(person.causes)
    nowhere = func.concat("erased-", OutgoingEmail.id, "@erased.invalid")
    fate = case((OutgoingEmail.sent_at.is_(None), func.coalesce(OutgoingEmail.refused_at, sql_now())), else_=None)
    values = FORGOTTEN | {
        "recipient": case(
            (is_his | OutgoingEmail.recipient.in_(person.other_emails), nowhere), else_=OutgoingEmail.recipient
        ),
        "refused_at": fate,
        "last_error": None,
    }
    statement = update(OutgoingEmail).where(is_his | tells_of_him).values(values)
    session.execute(statement.execution_options(synchronize_session=False))


def _row(email: Email) -> dict[str, object]:
    email_id = new_id()
    return asdict(email) | {
        "id": email_id,
        "kind": str(email.kind),
        "attachments": [asdict(attachment) for attachment in email.attachments],
        "message_id": f"<{email_id}@{sender_domain()}>",
    }


def sender_domain() -> str:
    """The domain behind the @ of MAIL_FROM."""
    return parseaddr(settings().mail_from)[1].rpartition("@")[2]
