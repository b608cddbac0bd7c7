"""What a booking's money is and became: paid, promised back, forfeited; and what cancelling it cost"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
AMOUNTS = ("paid_amount", "returned_amount", "forfeited_amount", "least_penalty")
MONEY = "returned_amount BETWEEN 0 AND paid_amount AND forfeited_amount >= 0 AND least_penalty >= 0"
REASONS = (
    "'overbooked', 'room_unusable', 'hotel_closed', 'no_power_or_water', 'guest_asked', 'suspected_fraud', 'other'"
)
PAID = """
UPDATE bookings b SET paid_amount = kept.paid, returned_amount = least(kept.paid, kept.returned) FROM (
  SELECT p.booking_id, sum(p.amount) AS paid, coalesce(sum(r.amount), 0) AS returned FROM payments p
  LEFT JOIN LATERAL (SELECT least(p.amount, coalesce(sum(amount), 0)) AS amount FROM refunds WHERE payment_id = p.id) r ON true
  WHERE p.kept AND p.applied_at IS NOT NULL GROUP BY p.booking_id) AS kept
WHERE kept.booking_id = b.id
"""
CANCELLED = """
INSERT INTO booking_cancellations (booking_id, cancelled_by, policy_amount, penalty_amount, refund_amount, created_at)
SELECT id, 'guest', 0, 0, returned_amount, coalesce(cancelled_at, created_at) FROM bookings WHERE status = 'cancelled'
"""


def upgrade() -> None:
    for name in AMOUNTS:
        op.add_column("bookings", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("bookings", sa.Column("revision", sa.SmallInteger(), server_default="0", nullable=False))
    _create_cancellations()
    op.execute(PAID)
    op.execute(CANCELLED)
    op.execute(f"ALTER TABLE bookings ADD CONSTRAINT ck_bookings_money CHECK ({MONEY}) NOT VALID")
    # In a transaction of its own: bookings are not locked while all of them are read.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE bookings VALIDATE CONSTRAINT ck_bookings_money")


def _create_cancellations() -> None:
    op.create_table(
        "booking_cancellations",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("policy_amount", sa.BigInteger(), nullable=False),
        sa.Column("penalty_amount", sa.BigInteger(), nullable=False),
        sa.Column("waived_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refund_amount", sa.BigInteger(), nullable=False),
        sa.Column("is_promised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("waived_by", sa.Uuid(), nullable=True),
        sa.Column("waive_reason", sa.Text(), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "cancelled_by IN ('guest', 'hotel', 'platform')", name=op.f("ck_booking_cancellations_cancelled_by")
        ),
        sa.CheckConstraint(f"reason_code IN ({REASONS})", name=op.f("ck_booking_cancellations_reason_code")),
        sa.CheckConstraint(
            "policy_amount >= 0 AND penalty_amount >= 0 AND refund_amount >= 0",
            name=op.f("ck_booking_cancellations_amounts"),
        ),
        sa.CheckConstraint("waived_amount BETWEEN 0 AND penalty_amount", name=op.f("ck_booking_cancellations_waived")),
        sa.CheckConstraint(
            "(waived_amount > 0) = (waive_reason IS NOT NULL)", name=op.f("ck_booking_cancellations_waive_reason")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_cancellations_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_booking_cancellations")),
    )


def downgrade() -> None:
    op.drop_table("booking_cancellations")
    op.drop_column("bookings", "revision")
    for name in AMOUNTS:
        op.drop_column("bookings", name)
