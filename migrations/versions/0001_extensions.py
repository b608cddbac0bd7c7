"""Extensions: points, exclusion constraints over scalar keys, case-insensitive text"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("postgis", "btree_gist", "citext"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def downgrade() -> None:
    for extension in ("citext", "btree_gist", "postgis"):
        op.execute(f"DROP EXTENSION IF EXISTS {extension}")
