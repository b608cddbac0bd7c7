"""More of a rate plan's terms: the grace after booking, and what a change of dates does to the nights that stay"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RULES = {
    "grace_minutes": "grace_minutes BETWEEN 0 AND 1440",
    "change_terms": "change_terms IN ('keep', 'new')",
}


def upgrade() -> None:
    op.add_column("rate_plans", sa.Column("grace_minutes", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("rate_plans", sa.Column("change_terms", sa.Text(), server_default="keep", nullable=False))
    for name, rule in RULES.items():
        op.execute(f"ALTER TABLE rate_plans ADD CONSTRAINT ck_rate_plans_{name} CHECK ({rule}) NOT VALID")
    # Each in a transaction of its own: none holds the plans locked while it reads all of them.
    with op.get_context().autocommit_block():
        for name in RULES:
            op.execute(f"ALTER TABLE rate_plans VALIDATE CONSTRAINT ck_rate_plans_{name}")


def downgrade() -> None:
    op.drop_column("rate_plans", "change_terms")
    op.drop_column("rate_plans", "grace_minutes")
