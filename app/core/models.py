"""The ground floor's tables: what is owed to the outside, what hotels were told, which requests were answered, who asks too often, who
changed what.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped, one_of


class OutboxKind(StrEnum):
    JOB = "job"
    EVENT = "event"


class OutboxRow(Model):
    """A promise made in the transaction of its cause: a job to run or an event to emit. Deleted when kept.

    `queue` is a Celery queue for a job and a Socket.IO room for an event. `sent_until`: published, and not again before then.
    `run_until`: a worker has it until then. `dead_at`: attempts are used up; a person decides.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(one_of("kind", OutboxKind), name="kind"),
        Index("ix_outbox_due", "queue", "due_at", "id", postgresql_where=text("kind = 'job' AND dead_at IS NULL")),
        Index("ix_outbox_events", "id", postgresql_where=text("kind = 'event'")),
        Index("ix_outbox_dead", "id", postgresql_where=text("dead_at IS NOT NULL")),
        {
            "postgresql_with": {
                "fillfactor": "70",
                "autovacuum_vacuum_scale_factor": "0",
                "autovacuum_vacuum_threshold": "2000",
                "autovacuum_vacuum_cost_delay": "0",
            }
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Stamped]
    due_at: Mapped[Stamped]
    sent_until: Mapped[Instant | None]
    run_until: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    max_attempts: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    hard_limit: Mapped[int] = mapped_column(Integer, server_default="0")
    give_up_after: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    dead_at: Mapped[Instant | None]


class HotelCounter(Model):
    """The number of a hotel's last event. Its row is the last lock a transaction takes."""

    __tablename__ = "hotel_counters"

    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"), primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class HotelEventRow(Model):
    """One fact of one hotel; `seq` has no gaps, so that a dashboard knows what it missed."""

    __tablename__ = "hotel_events"

    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Stamped]


class IdempotencyRow(Model):
    """A request that had its effect. `locked_at` marks a two-step verb that is still at work."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("uq_idempotency_keys_scope_route_key", "scope", "route", "key", unique=True),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )

    id: Mapped[Id]
    scope: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    resource_id: Mapped[UUID | None]
    locked_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]


class AuditRow(Model):
    """One write of the hotel's or the platform's people, or a look of the platform's at a person or a booking. Append-only: a trigger
    refuses to change or delete a row.

    `actor_role`: the role that allowed it. `before`, `after`: what changed, by name. No keys to other tables: the log outlives what it
    tells of.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor_id", "actor_id", "id"),
        Index("ix_audit_log_subject_id", "subject_id", "id"),
        Index("ix_audit_log_hotel_id", "hotel_id", "id"),
        Index("ix_audit_log_verb", "verb", "id"),
        Index("ix_audit_log_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Stamped]
    actor_id: Mapped[UUID]
    actor_role: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    hotel_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ip: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)


class AuditResult(Model):
    """What the last look at an invariant found: `found` rows that should not be there. Every process can tell it."""

    __tablename__ = "audit_results"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    found: Mapped[int] = mapped_column(BigInteger)
    checked_at: Mapped[Instant]


class ThrottleBucket(Model):
    """A bucket of `core.throttle` that is not empty, as the instant at which it will have leaked so; `key` is a hash.

    Unlogged: a write costs no wait for the disk, and a database that crashed comes back with every bucket empty.
    """

    __tablename__ = "throttle_buckets"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    empty_at: Mapped[Instant]
