"""A booking's rows as they are, and as a change has them be: its stay, rooms, nights, charges and amounts, whole."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.bookings.models import Booking
from app.core.sql import by_hand, run

# What was is kept in the change, as JSON; the rows say what is.
STATE = by_hand("""
SELECT jsonb_build_object('check_in', b.check_in, 'check_out', b.check_out, 'rooms_amount', b.rooms_amount,
         'charges_amount', b.charges_amount, 'total_amount', b.total_amount,
         'rooms', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.position) FROM booking_rooms r WHERE r.booking_id = b.id),
         'nights', (SELECT jsonb_agg(to_jsonb(n) ORDER BY n.booking_room_id, n.night) FROM booking_nights n
                    JOIN booking_rooms r ON r.id = n.booking_room_id WHERE r.booking_id = b.id),
         'charges', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.id), '[]') FROM booking_charges c WHERE c.booking_id = b.id))
FROM bookings b WHERE b.id = :id
""")
# Four statements, for each must see what the one before did. The sums are held against each other at the commit.
CLEAR = by_hand("""
WITH night AS (
  DELETE FROM booking_nights n USING booking_rooms r WHERE r.id = n.booking_room_id AND r.booking_id = :id
) DELETE FROM booking_charges WHERE booking_id = :id
""")
DROP = by_hand("DELETE FROM booking_rooms WHERE booking_id = :id AND id <> ALL(:ids)")
ROOMS = by_hand("""
INSERT INTO booking_rooms SELECT line.* FROM jsonb_populate_recordset(NULL::booking_rooms, :rooms) AS line
ON CONFLICT (id) DO UPDATE SET room_type_id = excluded.room_type_id, room_id = excluded.room_id, rate_plan_id = excluded.rate_plan_id,
  rate_plan_terms = excluded.rate_plan_terms, adults = excluded.adults, children = excluded.children
""")
LINES = by_hand("""
WITH night AS (
  INSERT INTO booking_nights SELECT line.* FROM jsonb_populate_recordset(NULL::booking_nights, :nights) AS line
), charge AS (
  INSERT INTO booking_charges SELECT line.* FROM jsonb_populate_recordset(NULL::booking_charges, :charges) AS line
)
UPDATE bookings SET stay = daterange(:check_in, :check_out), rooms_amount = :rooms_amount, charges_amount = :charges_amount,
  total_amount = :total_amount, least_penalty = :least_penalty, revision = revision + 1 WHERE id = :id
""")
# The types take these guests, and go on taking them: who lowers what a type takes waits for its key, and counts the bookings then.
FITTING = by_hand("""
SELECT count(*) = (SELECT count(DISTINCT room_type_id) FROM jsonb_populate_recordset(NULL::booking_rooms, :rooms)) FROM (
  SELECT type.id FROM room_types type JOIN (
    SELECT room_type_id, max(adults) AS adults, max(cardinality(children)) AS children, max(adults + cardinality(children)) AS people
    FROM jsonb_populate_recordset(NULL::booking_rooms, :rooms) GROUP BY room_type_id
  ) party ON party.room_type_id = type.id
  WHERE type.retired_at IS NULL AND type.max_adults >= party.adults AND type.max_children >= party.children
    AND type.max_occupancy >= party.people FOR KEY SHARE OF type
) AS fitting
""")
AMOUNTS = ("check_in", "check_out", "rooms_amount", "charges_amount", "total_amount")


def state_of(session: Session, booking_id: UUID) -> dict[str, Any]:
    """`{check_in, check_out, rooms_amount, charges_amount, total_amount, rooms, nights, charges}`: rows as JSON has them."""
    told: dict[str, Any] = run(session, STATE, {"id": booking_id}).scalar_one()
    return told


def fits(session: Session, state: Mapping[str, Any]) -> bool:
    """Whether the types of its rooms take the guests of `state`, until the transaction ends."""
    return bool(run(session, FITTING, {"rooms": _json(state["rooms"])}).scalar_one())


def rewrite(session: Session, booking: Booking, state: Mapping[str, Any], least_penalty: int) -> None:
    """Makes the rows of a locked booking say `state`. Its dropped rooms have no allocation any more."""
    rooms = [UUID(room["id"]) for room in state["rooms"]]
    run(session, CLEAR, {"id": booking.id})
    run(session, DROP, {"id": booking.id, "ids": rooms})
    run(session, ROOMS, {"rooms": _json(state["rooms"])})
    lists = {name: _json(state[name]) for name in ("nights", "charges")}
    amounts = {name: state[name] for name in AMOUNTS}
    run(session, LINES, {"id": booking.id, "least_penalty": least_penalty} | lists | amounts)


def _json(rows: Any) -> str:
    return orjson.dumps(rows).decode()
