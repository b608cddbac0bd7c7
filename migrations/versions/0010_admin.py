"""What the platform's people find things by: people by trigrams, admins, the suspended, dead jobs, the audit log's verbs"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WORDS = ("CAST(email AS text) gin_trgm_ops", "full_name gin_trgm_ops", "phone gin_trgm_ops")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with op.get_context().autocommit_block():
        _partial("ix_users_platform_admins", "users", "role = 'platform_admin'")
        _partial("ix_users_suspended", "users", "status = 'suspended'")
        _partial("ix_outbox_dead", "outbox", "dead_at IS NOT NULL")
        op.create_index(
            "ix_users_search",
            "users",
            [sa.text(word) for word in WORDS],
            postgresql_using="gin",
            postgresql_concurrently=True,
        )
        op.create_index("ix_audit_log_verb", "audit_log", ["verb", "id"], postgresql_concurrently=True)


def _partial(name: str, table: str, where: str) -> None:
    op.create_index(name, table, ["id"], postgresql_where=sa.text(where), postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_audit_log_verb", table_name="audit_log")
    op.drop_index("ix_outbox_dead", table_name="outbox")
    for name in ("ix_users_search", "ix_users_suspended", "ix_users_platform_admins"):
        op.drop_index(name, table_name="users")
    op.execute("DROP EXTENSION pg_trgm")
