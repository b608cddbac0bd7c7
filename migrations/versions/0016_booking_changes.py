"""Changes of bookings, and the nights they hold until their difference is paid"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
INSTANTS = ("hold_expires_at", "release_at", "payment_started_at", "ended_at")
AMOUNTS = ("difference", "forfeited_amount", "refund_amount", "least_penalty")
# What an allocation is, before and after: the nights of a booking's room, of a block, and now of a change.
RULES = {
    "one_reason": (
        "num_nonnulls(booking_room_id, block_reason) = 1",
        "num_nonnulls(booking_room_id, booking_change_id, block_reason) = 1",
    ),
    "holds_are_bookings": (
        "hold_expires_at IS NULL OR booking_room_id IS NOT NULL",
        "hold_expires_at IS NULL OR block_reason IS NULL",
    ),
}


def upgrade() -> None:
    _create_changes()
    op.add_column("allocations", sa.Column("booking_change_id", sa.Uuid(), nullable=True))
    op.execute(
        "ALTER TABLE allocations ADD CONSTRAINT fk_allocations_booking_change_id FOREIGN KEY (booking_change_id)"
        " REFERENCES booking_changes (id) DEFERRABLE INITIALLY DEFERRED NOT VALID"
    )
    for name, (_, after) in RULES.items():
        _replace(name, after)
    with op.get_context().autocommit_block():
        for name in (*(f"ck_allocations_{rule}" for rule in RULES), "fk_allocations_booking_change_id"):
            op.execute(f"ALTER TABLE allocations VALIDATE CONSTRAINT {name}")
        op.create_index(
            "ix_allocations_booking_change_id",
            "allocations",
            ["booking_change_id"],
            postgresql_where=sa.text("booking_change_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def _replace(name: str, rule: str) -> None:
    """The new rule takes the old one's place in one transaction, and what was written under the one fits the other."""
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE allocations DROP CONSTRAINT ck_allocations_{name}")
    op.execute(f"ALTER TABLE allocations ADD CONSTRAINT ck_allocations_{name} CHECK ({rule}) NOT VALID")


def _create_changes() -> None:
    op.create_table(
        "booking_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.Column("held", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in INSTANTS),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'applied', 'lapsed', 'withdrawn')", name=op.f("ck_booking_changes_status")
        ),
        sa.CheckConstraint("asked_by IN ('guest', 'hotel', 'platform')", name=op.f("ck_booking_changes_asked_by")),
        sa.CheckConstraint(
            "status <> 'waiting' OR (num_nulls(part, hold_expires_at, release_at) = 0 AND difference > 0)",
            name=op.f("ck_booking_changes_waiting"),
        ),
        sa.CheckConstraint(
            "forfeited_amount >= 0 AND refund_amount >= 0 AND least_penalty >= 0",
            name=op.f("ck_booking_changes_amounts"),
        ),
        sa.CheckConstraint("part IS NULL OR part > 1", name=op.f("ck_booking_changes_part")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_changes_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_changes")),
    )
    waiting = sa.text("status = 'waiting'")
    _index("uq_booking_changes_waiting", ["booking_id"], unique=True, where=waiting)
    _index("uq_booking_changes_part", ["booking_id", "part"], unique=True, where=sa.text("part IS NOT NULL"))
    op.create_index("ix_booking_changes_booking_id", "booking_changes", ["booking_id", "id"])
    _index("ix_booking_changes_release_at", ["release_at"], unique=False, where=waiting)


def _index(name: str, columns: list[str], *, unique: bool, where: sa.TextClause) -> None:
    op.create_index(name, "booking_changes", columns, unique=unique, postgresql_where=where)


def downgrade() -> None:
    op.execute("DELETE FROM allocations WHERE booking_change_id IS NOT NULL")
    op.drop_index("ix_allocations_booking_change_id", table_name="allocations")
    for name, (before, _) in RULES.items():
        _replace(name, before)
    op.drop_column("allocations", "booking_change_id")
    op.drop_table("booking_changes")
