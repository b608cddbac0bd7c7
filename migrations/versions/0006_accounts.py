"""Accounts: consent, erasure, links in mails, addresses people are known at, mails that are forgotten, throttles"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANTS = ("password_changed_at", "terms_accepted_at", "marketing_accepted_at", "erased_at")
STATUS_BEFORE = "status IN ('active', 'suspended')"
STATUS_NOW = "status IN ('active', 'suspended', 'erased')"
ERASED = "(status = 'erased') = (erased_at IS NOT NULL)"
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    _people()
    _tables()
    op.add_column(
        "outgoing_emails", sa.Column("is_secret", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("outgoing_emails", sa.Column("person_id", sa.Uuid(), nullable=True))
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT ck_users_status")
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT ck_users_erased")
        op.create_index("ix_outgoing_emails_recipient", "outgoing_emails", ["recipient"], postgresql_concurrently=True)
        op.create_index(
            "ix_outgoing_emails_person_id",
            "outgoing_emails",
            ["person_id"],
            postgresql_where=sa.text("person_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_outgoing_emails_secrets",
            "outgoing_emails",
            ["created_at"],
            postgresql_where=sa.text("is_secret AND sent_at IS NULL AND refused_at IS NULL"),
            postgresql_concurrently=True,
        )


def _people() -> None:
    for name in INSTANTS:
        op.add_column("users", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # The one that follows in the same transaction allows all that this one did.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE users DROP CONSTRAINT ck_users_status")
    op.execute(f"ALTER TABLE users ADD CONSTRAINT ck_users_status CHECK ({STATUS_NOW}) NOT VALID")
    op.execute(f"ALTER TABLE users ADD CONSTRAINT ck_users_erased CHECK ({ERASED}) NOT VALID")


def _tables() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('verify_email', 'change_email', 'reset_password')", name=op.f("ck_one_time_tokens_purpose")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_tokens_token_hash")),
    )
    op.create_index("ix_one_time_tokens_user_id", "one_time_tokens", ["user_id", "purpose", "created_at"])
    op.create_index("ix_one_time_tokens_expires_at", "one_time_tokens", ["expires_at"])
    op.create_table(
        "known_addresses",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_addresses_user_id")),
        sa.PrimaryKeyConstraint("user_id", "address", name=op.f("pk_known_addresses")),
    )
    op.create_index("ix_known_addresses_seen_at", "known_addresses", ["seen_at"])
    op.create_table(
        "throttle_buckets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("empty_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle_buckets")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_index("ix_outgoing_emails_secrets", table_name="outgoing_emails")
    op.drop_index("ix_outgoing_emails_person_id", table_name="outgoing_emails")
    op.drop_index("ix_outgoing_emails_recipient", table_name="outgoing_emails")
    op.drop_column("outgoing_emails", "person_id")
    op.drop_column("outgoing_emails", "is_secret")
    for table in ("throttle_buckets", "known_addresses", "one_time_tokens"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_users_erased"), "users", type_="check")
    op.drop_constraint(op.f("ck_users_status"), "users", type_="check")
    op.execute("UPDATE users SET status = 'suspended' WHERE status = 'erased'")
    op.create_check_constraint(op.f("ck_users_status"), "users", STATUS_BEFORE)
    for name in reversed(INSTANTS):
        op.drop_column("users", name)
