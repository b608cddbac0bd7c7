"""Writing a booking that has its rooms: the booking, its rooms, nights and charges and the first line of its history, in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.bookings import states
from app.bookings.models import Booking
from app.bookings.service.assign import Want
from app.core.columns import new_id
from app.core.errors import AppError
from app.core.sql import by_hand, run
from app.rates.errors import DoesNotFit
from app.rates.queries import find_hotel_facts
from app.rates.quote import Quote, QuotedRoom, hotel_sells_not

OF_BOOKING = (
    "id",
    "reference",
    "hotel_id",
    "user_id",
    "status",
    "payment_timing",
    "guest_name",
    "guest_email",
    "guest_phone",
    "special_requests",
    "search_id",
    "rooms_amount",
    "charges_amount",
    "total_amount",
    "currency",
    "hold_expires_at",
    "release_at",
    "confirmed_at",
    "booked_from",
    "token_version",
)
# The keys between the tables are looked at when the whole statement is done. Lists come as JSON: one statement, however many lines.
# The hotel sells, and goes on selling until this commits: who pauses or suspends it waits for this key of its row, and who comes while
# that is under way waits here and then finds nothing (docs/adr/0023). In the same way the room types take these guests, and go on taking
# them: who lowers what a type takes waits for its key, and counts the bookings then.
WRITE = by_hand(f"""
WITH active AS MATERIALIZED (
  SELECT id FROM hotels WHERE id = :hotel_id AND status = 'active' FOR KEY SHARE
), fitting AS MATERIALIZED (
  SELECT type.id FROM room_types type JOIN (
    SELECT room_type_id, max(adults) AS adults, max(cardinality(children)) AS children, max(adults + cardinality(children)) AS people
    FROM jsonb_populate_recordset(NULL::booking_rooms, :rooms) AS line GROUP BY room_type_id
  ) party ON party.room_type_id = type.id
  WHERE type.retired_at IS NULL AND type.max_adults >= party.adults AND type.max_children >= party.children
    AND type.max_occupancy >= party.people FOR KEY SHARE OF type
), hotel AS MATERIALIZED (
  SELECT id FROM active WHERE (SELECT count(*) FROM fitting) = :types
), booking AS (
  INSERT INTO bookings (stay, {", ".join(OF_BOOKING)}) SELECT daterange(:check_in, :check_out), :{", :".join(OF_BOOKING)} FROM hotel
), room AS (
  INSERT INTO booking_rooms SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_rooms, :rooms) AS line
), night AS (
  INSERT INTO booking_nights SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_nights, :nights) AS line
), charge AS (
  INSERT INTO booking_charges SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_charges, :charges) AS line
)
INSERT INTO booking_history (booking_id, to_status, actor, actor_id) SELECT :id, :status, :actor, :user_id FROM hotel
""")  # noqa: S608 - of constants


def write(session: Session, booking: Booking, quoted: Quote, wants: Sequence[Want], rooms: Mapping[UUID, UUID]) -> None:
    """Writes a guest's new `booking`, an object that is not of the session.

    Raises NotOnSale when the hotel has stopped selling meanwhile, DoesNotFit when a type takes fewer people than when it was priced.
    `wants`: one for each room of the quote; `rooms`: booking room → room.
    """
    lists = {name: _json(rows) for name, rows in lines_of(booking.id, quoted, wants, rooms).items()}
    bound = {name: getattr(booking, name) for name in ("check_in", "check_out", *OF_BOOKING)}
    types = len({room.room_type_id for room in quoted.rooms})
    if run(session, WRITE, bound | lists | {"actor": states.GUEST, "types": types}).rowcount == 0:
        raise _refusal(session, booking)


def lines_of(
    booking_id: UUID, quoted: Quote, wants: Sequence[Want], rooms: Mapping[UUID, UUID]
) -> dict[str, list[dict[str, Any]]]:
    """`{rooms, nights, charges}`: the rows of their tables, JSON-ready. `wants`: one for each room of the quote."""
    pairs = list(zip(wants, quoted.rooms, strict=True))
    lines = [
        _line(want.booking_room_id, room)
        | {"booking_id": booking_id, "position": position, "room_id": rooms[want.booking_room_id]}
        for position, (want, room) in enumerate(pairs)
    ]
    nights = [
        {"booking_room_id": want.booking_room_id, "night": day, "amount": kobo}
        for want, room in pairs
        for day, kobo in room.nights
    ]
    charges = [{"id": new_id(), "booking_id": booking_id} | asdict(line) for line in quoted.charges]
    return {"rooms": lines, "nights": nights, "charges": charges}


def _refusal(session: Session, booking: Booking) -> AppError:
    hotel = find_hotel_facts(session, booking.hotel_id, booking.check_in)
    if hotel is None or not hotel.is_selling:
        return hotel_sells_not()
    return DoesNotFit("The hotel has just changed how many people this room takes")


def _line(booking_room_id: UUID, room: QuotedRoom) -> dict[str, Any]:
    return {
        "id": booking_room_id,
        "room_type_id": room.room_type_id,
        "rate_plan_id": room.rate_plan_id,
        "rate_plan_terms": room.terms,
        "adults": room.adults,
        "children": room.children,
    }


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
