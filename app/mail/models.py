"""Mails as rows: written in the transaction of their cause, sent later, once per cause and kind."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped


class OutgoingEmail(Model):
    """`cause_id` is the booking, refund … it tells of. `attachments`: `[{"filename", "content_type", "content"}]`, content as text.

    `is_secret`: its words let whoever reads them in, so they are kept until it is sent or refused, and no longer. `person_id`: of whose
    account it tells, if of any; people stand above this module, so it is no key.
    """

    __tablename__ = "outgoing_emails"
    __table_args__ = (
        UniqueConstraint("cause_id", "kind", "recipient"),
        Index("ix_outgoing_emails_recipient", "recipient"),
        Index("ix_outgoing_emails_person_id", "person_id", postgresql_where=sql("person_id IS NOT NULL")),
        Index(
            "ix_outgoing_emails_secrets",
            "created_at",
            postgresql_where=sql("is_secret AND sent_at IS NULL AND refused_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(Text)
    cause_id: Mapped[UUID]
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=sql("'[]'::jsonb"))
    is_secret: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    person_id: Mapped[UUID | None]
    message_id: Mapped[str] = mapped_column(Text, unique=True)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[Instant | None]
    refused_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]
