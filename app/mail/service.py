"""Queueing mail: a row in the transaction of its cause, and the job that sends it."""

from dataclasses import asdict, dataclass
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.config import settings
from app.core.columns import new_id
from app.core.outbox import enqueue
from app.mail.jobs import SEND_EMAIL
from app.mail.models import OutgoingEmail


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content_type` with its parameters, as in `text/calendar; method=PUBLISH`; text only."""

    filename: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Email:
    """One mail to one address. `cause_id`: the booking, refund … it tells of; with kind and recipient it is unique."""

    kind: str
    cause_id: UUID
    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


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
