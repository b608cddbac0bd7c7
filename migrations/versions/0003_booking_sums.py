"""A booking's amounts equal the sum of its lines: checked when a transaction that wrote the booking commits"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION booking_sums_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  nights bigint;
  charges bigint;
  booking bookings%ROWTYPE;
BEGIN
  SELECT * INTO booking FROM bookings WHERE id = NEW.id;
  SELECT coalesce(sum(n.amount), 0) INTO nights FROM booking_nights n JOIN booking_rooms r ON r.id = n.booking_room_id WHERE r.booking_id = NEW.id;
  SELECT coalesce(sum(c.amount), 0) INTO charges FROM booking_charges c WHERE c.booking_id = NEW.id;
  IF nights <> booking.rooms_amount OR charges <> booking.charges_amount THEN
    RAISE EXCEPTION 'booking %: nights % and charges % do not add up to % and %', NEW.id, nights, charges, booking.rooms_amount, booking.charges_amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bookings_lines';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER ck_bookings_lines AFTER INSERT OR UPDATE OF rooms_amount, charges_amount, total_amount ON bookings
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION booking_sums_agree()
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER ck_bookings_lines ON bookings")
    op.execute("DROP FUNCTION booking_sums_agree()")
