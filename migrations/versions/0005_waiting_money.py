"""Payments and refunds that wait for somebody are counted at every scrape: from indexes of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_payments_review",
            "payments",
            ["id"],
            postgresql_where=sa.text("status = 'review'"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_refunds_open",
            "refunds",
            ["status"],
            postgresql_where=sa.text("status <> 'processed'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_refunds_open", table_name="refunds")
    op.drop_index("ix_payments_review", table_name="payments")
