"""Taxes and fees: dated, of a hotel, of a state or of all; lines of a booking that its prices hold already"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
NO = sa.text("false")
RULES = {
    "kind": "kind IN ('percent', 'per_stay', 'per_room_night', 'per_person_night')",
    "value": "value > 0 AND (kind <> 'percent' OR value <= 10000)",
    "one_place": "hotel_id IS NULL OR state IS NULL",
    "valid": "NOT isempty(valid) AND lower(valid) IS NOT NULL",
}
SUMS = """
CREATE OR REPLACE FUNCTION booking_sums_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  nights bigint;
  charges bigint;
  booking bookings%ROWTYPE;
BEGIN
  SELECT * INTO booking FROM bookings WHERE id = NEW.id;
  SELECT coalesce(sum(n.amount), 0) INTO nights FROM booking_nights n JOIN booking_rooms r ON r.id = n.booking_room_id WHERE r.booking_id = NEW.id;
  SELECT coalesce(sum(c.amount), 0) INTO charges FROM booking_charges c WHERE c.booking_id = NEW.id{};
  IF nights <> booking.rooms_amount OR charges <> booking.charges_amount THEN
    RAISE EXCEPTION 'booking %: nights % and charges % do not add up to % and %', NEW.id, nights, charges, booking.rooms_amount, booking.charges_amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bookings_lines';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hotel_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column(
            "place", sa.Text(), sa.Computed("coalesce(hotel_id::text, state, '')", persisted=True), nullable=False
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("is_included", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_charges_{name}")) for name, rule in RULES.items()),
        sa.ForeignKeyConstraint(["hotel_id"], ["hotels.id"], name=op.f("fk_charges_hotel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
    )
    op.execute(
        "ALTER TABLE charges ADD CONSTRAINT ex_charges_place_name_valid"
        " EXCLUDE USING gist (place WITH =, lower(name) WITH =, valid WITH &&) WHERE (retired_at IS NULL)"
    )
    op.create_index("ix_charges_place", "charges", ["place"], postgresql_where=sa.text("retired_at IS NULL"))
    op.create_index("ix_charges_hotel_id", "charges", ["hotel_id"])
    op.add_column("booking_charges", sa.Column("is_included", sa.Boolean(), server_default=NO, nullable=False))
    op.execute(SUMS.format(" AND NOT c.is_included"))


def downgrade() -> None:
    op.execute(SUMS.format(""))
    op.drop_column("booking_charges", "is_included")
    op.drop_table("charges")
