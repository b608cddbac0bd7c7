"""Secret mails that could not be sent: the links in them are long dead, and so their words need not be kept."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.clock import sql_now, sql_seconds
from app.core.db import transaction
from app.core.jobs import HOUR
from app.core.outbox import enqueue
from app.core.upkeep import batch_by_batch
from app.mail.jobs import FORGET_SECRETS
from app.mail.models import OutgoingEmail
from app.mail.service import FORGOTTEN

KEPT_HOURS = 48


def order_purge() -> None:
    """The day's housekeeping may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, FORGET_SECRETS)


def forget_secrets() -> int:
    """What has waited for two days is not sent any more, whoever retries its job. Returns how many."""
    return batch_by_batch(_forget)


def _forget(session: Session, batch: int) -> int:
    waits = (OutgoingEmail.is_secret, OutgoingEmail.sent_at.is_(None), OutgoingEmail.refused_at.is_(None))
    is_old = OutgoingEmail.created_at < sql_now() - sql_seconds(KEPT_HOURS * HOUR)
    old = select(OutgoingEmail.id).where(*waits, is_old).limit(batch).with_for_update(skip_locked=True)
    values = FORGOTTEN | {"refused_at": sql_now(), "last_error": "too late to be sent"}
    statement = update(OutgoingEmail).where(OutgoingEmail.id.in_(old)).values(values).returning(OutgoingEmail.id)
    return len(session.scalars(statement.execution_options(synchronize_session=False)).all())
