"""What is shown of all rooms of a hotel at once, each by one statement that writes its own JSON.

Allocations of a room do not overlap. So the one that covers a day, if there is one, is the last that begins by then: a room's past,
however long, is not read.
"""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.sql import by_hand, run
from app.inventory.queries import BOOKED, NIGHT
from app.rooms.queries import LIVING

# Of one room: what takes it on a night of the range, which may have begun before it.
_TAKING: Final = f"""
    a.room_id = room.id AND a.check_in < :end AND a.check_out > :first AND {LIVING}
    AND a.check_in >= coalesce((SELECT max(before.check_in) FROM allocations before
                                WHERE before.room_id = room.id AND before.check_in <= :first), :first)
"""  # noqa: S608 - of constants
_HOTEL: Final = """
    SELECT id, (clock_timestamp() AT TIME ZONE time_zone)::date AS today, clock_timestamp() AS now FROM hotels WHERE id = :hotel_id
"""
_IN_ORDER: Final = "room.floor NULLS LAST, length(room.number), room.number"
_LAST_BY: Final = "SELECT * FROM allocations WHERE room_id = room.id AND check_in {} ORDER BY check_in DESC LIMIT 1"
_BLOCK_ID: Final = "CASE WHEN a.block_reason IS NOT NULL THEN a.id END"

BOARD: Final = by_hand(f"""
WITH hotel AS MATERIALIZED ({_HOTEL}), day AS MATERIALIZED (SELECT coalesce(CAST(:day AS date), today) AS shown FROM hotel)
SELECT json_build_object('hotel_id', hotel.id, 'date', day.shown, 'today', hotel.today, 'server_now', hotel.now, 'rooms', (
  SELECT coalesce(json_agg(json_build_object(
    'id', room.id, 'number', room.number, 'floor', room.floor, 'room_type_id', room.room_type_id, 'room_type', type.name,
    'now', room.now, 'defect', room.defect, 'night', {NIGHT},
    'status', CASE WHEN day.shown = hotel.today AND room.now <> 'available' THEN room.now ELSE {NIGHT} END,
    'booking_id', b.id, 'reference', b.reference, 'block_id', {_BLOCK_ID}, 'block_reason', a.block_reason, 'block_note', a.block_note,
    'is_arrival', coalesce(a.check_in = day.shown AND r.id IS NOT NULL, false), 'is_departure', leaving.id IS NOT NULL,
    'departing_booking_id', leaving_room.booking_id
  ) ORDER BY {_IN_ORDER}), '[]')
  FROM rooms room JOIN room_types type ON type.id = room.room_type_id
  LEFT JOIN LATERAL ({_LAST_BY.format("<= day.shown")}) a ON a.check_out > day.shown AND {LIVING}
  {BOOKED}
  LEFT JOIN LATERAL ({_LAST_BY.format("< day.shown")}) leaving ON leaving.check_out = day.shown AND leaving.block_reason IS NULL
    AND (leaving.hold_expires_at IS NULL OR leaving.hold_expires_at > clock_timestamp())
  LEFT JOIN booking_rooms leaving_room ON leaving_room.id = leaving.booking_room_id
  WHERE room.hotel_id = hotel.id AND room.retired_at IS NULL
))::text
FROM hotel, day
""")  # noqa: S608 - of constants
CALENDAR: Final = by_hand(f"""
WITH hotel AS MATERIALIZED ({_HOTEL})
SELECT json_build_object('hotel_id', hotel.id, 'from', :first, 'to', :end, 'today', hotel.today, 'server_now', hotel.now, 'rooms', (
  SELECT coalesce(json_agg(json_build_object(
    'id', room.id, 'number', room.number, 'floor', room.floor, 'room_type_id', room.room_type_id, 'now', room.now,
    'defect', room.defect, 'runs', coalesce(taken.runs, '[]')
  ) ORDER BY {_IN_ORDER}), '[]')
  FROM rooms room LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
      'from', greatest(a.check_in, :first), 'to', least(a.check_out, :end),
      'begins_before', a.check_in < :first, 'ends_after', a.check_out > :end,
      'kind', CASE WHEN a.block_reason IS NULL THEN 'booking' ELSE 'block' END, 'night', {NIGHT},
      'booking_id', b.id, 'reference', b.reference, 'booking_status', b.status,
      'block_id', {_BLOCK_ID}, 'block_reason', a.block_reason
    ) ORDER BY a.check_in) AS runs
    FROM allocations a {BOOKED} WHERE {_TAKING}
  ) taken ON true
  WHERE room.hotel_id = hotel.id AND room.retired_at IS NULL
))::text
FROM hotel
""")  # noqa: S608 - of constants
AVAILABILITY: Final = by_hand(f"""
WITH hotel AS MATERIALIZED ({_HOTEL}), counted AS MATERIALIZED (
  SELECT room_type_id, count(*) AS total FROM rooms WHERE hotel_id = :hotel_id AND retired_at IS NULL GROUP BY room_type_id
), taken AS MATERIALIZED (
  SELECT room.room_type_id, nth, count(a.block_reason) AS blocked,
         count(*) FILTER (WHERE a.hold_expires_at IS NOT NULL) AS held, count(*) AS taken
  FROM rooms room JOIN allocations a ON {_TAKING}
  CROSS JOIN LATERAL generate_series(greatest(a.check_in, :first) - :first, least(a.check_out, :end) - :first - 1) nth
  WHERE room.hotel_id = :hotel_id AND room.retired_at IS NULL GROUP BY room.room_type_id, nth
)
SELECT json_build_object('hotel_id', hotel.id, 'from', :first, 'to', :end, 'today', hotel.today, 'server_now', hotel.now, 'room_types', (
  SELECT coalesce(json_agg(json_build_object('room_type_id', type.id, 'name', type.name, 'nights', (
    SELECT json_agg(json_build_object(
      'date', :first + night, 'total', coalesce(counted.total, 0), 'blocked', coalesce(blocked, 0), 'held', coalesce(held, 0),
      'sold', coalesce(taken - blocked - held, 0), 'sellable', coalesce(counted.total, 0) - coalesce(taken, 0)
    ) ORDER BY night)
    FROM generate_series(0, :end - :first - 1) night LEFT JOIN taken ON taken.room_type_id = type.id AND taken.nth = night
  )) ORDER BY type.id), '[]')
  FROM room_types type LEFT JOIN counted ON counted.room_type_id = type.id
  WHERE type.hotel_id = hotel.id AND type.retired_at IS NULL
))::text
FROM hotel
""")  # noqa: S608 - of constants


def find_board(session: Session, hotel_id: UUID, day: date | None) -> str | None:
    """JSON as `schemas.BoardView` documents it, of the hotel's today if no day is named; None without such a hotel."""
    return run(session, BOARD, {"hotel_id": hotel_id, "day": day}).scalar()


def find_calendar(session: Session, hotel_id: UUID, first: date, end: date) -> str | None:
    """JSON as `schemas.CalendarView` documents it; None without such a hotel."""
    return run(session, CALENDAR, {"hotel_id": hotel_id, "first": first, "end": end}).scalar()


def find_availability(session: Session, hotel_id: UUID, first: date, end: date) -> str | None:
    """JSON as `schemas.AvailabilityView` documents it; None without such a hotel."""
    return run(session, AVAILABILITY, {"hotel_id": hotel_id, "first": first, "end": end}).scalar()
