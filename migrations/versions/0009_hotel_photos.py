"""Photos of hotels"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATUSES = "'waiting', 'checking', 'ready', 'refused', 'removed'"
REFUSALS = (
    "'not_a_picture', 'unsupported_format', 'damaged_picture', 'picture_bomb', 'too_large', 'not_uploaded',"
    " 'upload_replaced'"
)
TYPES = "'image/jpeg', 'image/png', 'image/webp'"
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "hotel_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hotel_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("upload_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upload_etag", sa.Text(), nullable=True),
        sa.Column("checks", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("caption", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=True),
        sa.Column("is_cover", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=True),
        sa.Column("height", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_hotel_photos_status")),
        sa.CheckConstraint(f"refusal IN ({REFUSALS})", name=op.f("ck_hotel_photos_refusal")),
        sa.CheckConstraint(f"content_type IN ({TYPES})", name=op.f("ck_hotel_photos_content_type")),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_hotel_photos_bytes")),
        sa.CheckConstraint("status <> 'checking' OR upload_etag IS NOT NULL", name=op.f("ck_hotel_photos_checking")),
        sa.CheckConstraint(
            "status <> 'ready' OR num_nulls(position, width, height) = 0", name=op.f("ck_hotel_photos_ready")
        ),
        sa.CheckConstraint("status <> 'refused' OR refusal IS NOT NULL", name=op.f("ck_hotel_photos_refused")),
        sa.CheckConstraint("NOT is_cover OR status = 'ready'", name=op.f("ck_hotel_photos_cover")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_hotel_photos_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotel_photos")),
    )
    op.create_index("ix_hotel_photos_hotel_id", "hotel_photos", ["hotel_id"])
    op.create_index(
        "uq_hotel_photos_cover", "hotel_photos", ["hotel_id"], unique=True, postgresql_where=sa.text("is_cover")
    )


def downgrade() -> None:
    op.drop_table("hotel_photos")
