"""Rooms by their own people: versions of room types, defects, why a room is blocked and by whom, the history of what a room is now"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RULES = {
    "block_reason": "block_reason IN ('maintenance', 'owner_use', 'other')",
    "block_facts": "num_nonnulls(block_note, block_by) = 0 OR block_reason IS NOT NULL",
}
# What was said freely becomes the note; there were no routes to say it by, so there are few.
WORDS_INTO_NOTES = """
UPDATE allocations SET block_note = block_reason, block_reason = 'other'
WHERE block_reason IS NOT NULL AND block_reason NOT IN ('maintenance', 'owner_use', 'other')
"""
# Living rooms have numbers of their own by the index that was made before.
ONE_NUMBER_EVER = """
-- squawk-ignore ban-drop-constraint
ALTER TABLE rooms DROP CONSTRAINT uq_rooms_hotel_id_number
"""
NOTES_INTO_WORDS = (
    "UPDATE allocations SET block_reason = block_note WHERE block_reason = 'other' AND block_note IS NOT NULL"
)
APPEND_ONLY = """
CREATE FUNCTION room_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of rooms is only ever added to' USING ERRCODE = 'insufficient_privilege';
END $$
"""
TRIGGER = """
CREATE TRIGGER room_history_is_append_only BEFORE UPDATE OR DELETE ON room_history
FOR EACH STATEMENT EXECUTE FUNCTION room_history_is_append_only()
"""


def upgrade() -> None:
    op.add_column("room_types", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("rooms", sa.Column("defect", sa.Text(), nullable=True))
    op.add_column("allocations", sa.Column("block_note", sa.Text(), nullable=True))
    op.add_column("allocations", sa.Column("block_by", sa.Uuid(), nullable=True))
    op.execute(WORDS_INTO_NOTES)
    for name, rule in RULES.items():
        op.execute(f"ALTER TABLE allocations ADD CONSTRAINT ck_allocations_{name} CHECK ({rule}) NOT VALID")
    _create_room_history()
    # Each in a transaction of its own: none holds a table locked while it reads all of it.
    with op.get_context().autocommit_block():
        for name in RULES:
            op.execute(f"ALTER TABLE allocations VALIDATE CONSTRAINT ck_allocations_{name}")
        op.create_index(
            "ix_allocations_blocks",
            "allocations",
            ["hotel_id", "id"],
            postgresql_where=sa.text("block_reason IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "uq_rooms_living_number",
            "rooms",
            ["hotel_id", "number"],
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
            postgresql_concurrently=True,
        )
        op.execute(ONE_NUMBER_EVER)


def _create_room_history() -> None:
    op.create_table(
        "room_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("hotel_id", sa.Uuid(), nullable=False),
        sa.Column("from_now", sa.Text(), nullable=False),
        sa.Column("to_now", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_room_history_room_id")),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_room_history_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_history")),
    )
    op.create_index("ix_room_history_room_id", "room_history", ["room_id", "id"])
    op.execute(APPEND_ONLY)
    op.execute(TRIGGER)


def downgrade() -> None:
    """Stops at a number that a retired room shares with a living one: a person decides about those."""
    op.create_unique_constraint(op.f("uq_rooms_hotel_id_number"), "rooms", ["hotel_id", "number"])
    op.drop_index("uq_rooms_living_number", table_name="rooms")
    op.drop_index("ix_allocations_blocks", table_name="allocations")
    op.drop_table("room_history")
    op.execute("DROP FUNCTION room_history_is_append_only()")
    for name in RULES:
        op.drop_constraint(op.f(f"ck_allocations_{name}"), "allocations")
    op.execute(NOTES_INTO_WORDS)
    op.drop_column("allocations", "block_by")
    op.drop_column("allocations", "block_note")
    op.drop_column("rooms", "defect")
    op.drop_column("room_types", "version")
