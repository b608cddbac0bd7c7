"""Every SELECT of the mail module."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.mail.models import OutgoingEmail


def lock_unsent(session: Session, email_id: UUID) -> OutgoingEmail | None:
    """The mail, locked, if it still has to go out. Waits for whoever holds it: skipping it would call the job done."""
    return session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.id == email_id, OutgoingEmail.sent_at.is_(None), OutgoingEmail.refused_at.is_(None))
        .with_for_update(key_share=True)
    ).one_or_none()


def mails_about(session: Session, causes: Collection[UUID]) -> list[Any]:
    """What was to be mailed about these, oldest first, and what became of it, but not the words of it: rows of kind, recipient, state
    (`waiting`, `sent`, `refused`), attempts, last_error, created_at, sent_at, refused_at.
    """
    mail = OutgoingEmail
    state = case((mail.sent_at.is_not(None), "sent"), (mail.refused_at.is_not(None), "refused"), else_="waiting")
    fate = (mail.attempts, mail.last_error, mail.created_at, mail.sent_at, mail.refused_at)
    statement = select(mail.kind, mail.recipient, state.label("state"), *fate).where(mail.cause_id.in_(causes))
    return list(session.execute(statement.order_by(mail.id)))
