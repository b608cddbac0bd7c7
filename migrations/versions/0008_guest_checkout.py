"""Booking without an account: which token opens a booking and where it was made from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_bookings_booked_from": (["booked_from", "release_at"], "status = 'pending_payment'"),
    "ix_bookings_address_kept": (["created_at"], "booked_from IS NOT NULL"),
    "ix_bookings_token_kept": (["check_out"], "token_version IS NOT NULL"),
}


def upgrade() -> None:
    op.add_column("bookings", sa.Column("booked_from", postgresql.INET(), nullable=True))
    op.add_column("bookings", sa.Column("token_version", sa.SmallInteger(), nullable=True))
    with op.get_context().autocommit_block():
        for name, (columns, where) in INDEXES.items():
            op.create_index(name, "bookings", columns, postgresql_where=sa.text(where), postgresql_concurrently=True)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, table_name="bookings")
    op.drop_column("bookings", "token_version")
    op.drop_column("bookings", "booked_from")
