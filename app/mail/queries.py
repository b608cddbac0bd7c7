"""Every SELECT of the mail module."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.mail.models import OutgoingEmail


def lock_unsent(session: Session, email_id: UUID) -> OutgoingEmail | None:
    """The mail, locked, if it still has to go out. Waits for whoever holds it: skipping it would call the job done."""
    return session.scalars(
        select(OutgoingEmail)
        .where(OutgoingEmail.id == email_id, OutgoingEmail.sent_at.is_(None), OutgoingEmail.refused_at.is_(None))
        .with_for_update(key_share=True)
    ).one_or_none()
