"""Reading rooms, their types, and what takes them. What is shown of many rooms at once is read in `board_queries`."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.sql import by_hand, run
from app.inventory.periods import Days
from app.rates.pricing import Capacity
from app.rooms.errors import BlockNotFound, RoomTypeNotFound
from app.rooms.models import Allocation, Room, RoomType
from app.rooms.queries import LIVING

MOST_TOLD: Final = 20

# What a night of an allocation `a` is, whose booking, if it is one, is `b`; of none it is available.
NIGHT: Final = """
    CASE WHEN a.id IS NULL THEN 'available' WHEN a.block_reason IS NOT NULL THEN 'maintenance'
         WHEN a.hold_expires_at IS NOT NULL THEN 'locked' WHEN b.status IN ('checked_in', 'checked_out') THEN 'occupied' ELSE 'booked' END
"""
BOOKED: Final = """
    LEFT JOIN booking_rooms r ON r.id = a.booking_room_id LEFT JOIN booking_changes c ON c.id = a.booking_change_id
    LEFT JOIN bookings b ON b.id = coalesce(r.booking_id, c.booking_id)
"""
_IN_THE_WAY = by_hand(f"""
SELECT count(*) OVER () AS total, a.room_id, room.number, a.check_in, a.check_out,
       CASE WHEN a.block_reason IS NULL THEN 'booking' ELSE 'block' END AS kind,
       b.id AS booking_id, b.reference, b.status, CASE WHEN a.block_reason IS NOT NULL THEN a.id END AS block_id, a.block_reason AS reason
FROM allocations a JOIN rooms room ON room.id = a.room_id {BOOKED}
WHERE a.room_id = ANY(:room_ids) AND a.check_in < :end AND a.check_out > :first AND a.id <> ALL(:passed) AND {LIVING}
ORDER BY a.check_in, room.number, a.id LIMIT :most
""")  # noqa: S608 - of constants
_NIGHT_OF = by_hand(f"""
SELECT {NIGHT} FROM (SELECT) nothing
LEFT JOIN allocations a ON a.room_id = :room_id AND a.check_in <= :day AND a.check_out > :day AND {LIVING} {BOOKED}
""")  # noqa: S608 - of constants
# Guests who live, in the words of bookings: whoever is there, is to come, or holds a room.
_TO_COME = """b.check_out > :today AND (b.status IN ('confirmed', 'checked_in')
    OR b.status = 'pending_payment' AND b.release_at > clock_timestamp())"""
_TOO_MANY_GUESTS = by_hand(f"""
SELECT count(*) OVER () AS total, b.id AS booking_id, b.reference, b.check_in, b.check_out, r.adults, cardinality(r.children) AS children
FROM booking_rooms r JOIN bookings b ON b.id = r.booking_id
WHERE b.hotel_id = :hotel_id AND r.room_type_id = :room_type_id AND {_TO_COME}
  AND (r.adults > :max_adults OR cardinality(r.children) > :max_children OR r.adults + cardinality(r.children) > :max_occupancy)
ORDER BY b.check_in, b.id LIMIT :most
""")  # noqa: S608 - of constants
_USE_OF_TYPE = by_hand(f"""
SELECT (SELECT count(*) FROM rooms WHERE room_type_id = :room_type_id AND retired_at IS NULL),
       (SELECT count(DISTINCT b.id) FROM booking_rooms r JOIN bookings b ON b.id = r.booking_id
        WHERE b.hotel_id = :hotel_id AND r.room_type_id = :room_type_id AND {_TO_COME})
""")  # noqa: S608 - of constants


def find_hotel_of_type(session: Session, room_type_id: UUID) -> UUID | None:
    living = RoomType.retired_at.is_(None)
    return session.scalar(select(RoomType.hotel_id).where(RoomType.id == room_type_id, living))


def find_hotel_of_room(session: Session, room_id: UUID) -> UUID | None:
    return session.scalar(select(Room.hotel_id).where(Room.id == room_id, Room.retired_at.is_(None)))


def find_hotel_of_block(session: Session, block_id: UUID) -> UUID | None:
    is_block = (Allocation.id == block_id) & Allocation.block_reason.is_not(None)
    return session.scalar(select(Allocation.hotel_id).where(is_block))


def types_of_hotel(session: Session, hotel_id: UUID) -> list[dict[str, Any]]:
    """Living room types with the number of their `rooms`, oldest first. One statement."""
    return _types(session, RoomType.hotel_id == hotel_id)


def get_type(session: Session, room_type_id: UUID) -> dict[str, Any]:
    """As `types_of_hotel` tells it. Raises RoomTypeNotFound."""
    found = _types(session, RoomType.id == room_type_id)
    if not found:
        raise RoomTypeNotFound
    return found[0]


def _types(session: Session, which: Any) -> list[dict[str, Any]]:
    mine = (Room.room_type_id == RoomType.id) & Room.retired_at.is_(None)
    rooms = select(func.count()).select_from(Room).where(mine).scalar_subquery().label("rooms")
    statement = select(*RoomType.__table__.columns, rooms).where(which, RoomType.retired_at.is_(None))
    return [dict(row._mapping) for row in session.execute(statement.order_by(RoomType.id))]


def lock_type(session: Session, room_type_id: UUID) -> RoomType:
    """Locked against bookings as well: each of them holds a key of this row until it is through. Raises RoomTypeNotFound."""
    living = (RoomType.id == room_type_id) & RoomType.retired_at.is_(None)
    found = session.scalar(select(RoomType).where(living).with_for_update())
    if found is None:
        raise RoomTypeNotFound
    return found


def count_types(session: Session, hotel_id: UUID) -> int:
    living = (RoomType.hotel_id == hotel_id) & RoomType.retired_at.is_(None)
    return session.scalar(select(func.count()).select_from(RoomType).where(living)) or 0


def most_guests(session: Session, hotel_id: UUID) -> int:
    """The most that any of its living types takes, 0 without any."""
    living = (RoomType.hotel_id == hotel_id) & RoomType.retired_at.is_(None)
    return session.scalar(select(func.max(RoomType.max_occupancy)).where(living)) or 0


def use_of_type(session: Session, room_type: RoomType, today: date) -> tuple[int, int]:
    """Living rooms, and bookings to come."""
    bound = {"hotel_id": room_type.hotel_id, "room_type_id": room_type.id, "today": today}
    rooms, bookings = run(session, _USE_OF_TYPE, bound).one()
    return rooms, bookings


def too_many_guests(
    session: Session, room_type: RoomType, capacity: Capacity, today: date
) -> tuple[int, list[dict[str, Any]]]:
    """Rooms that are booked, from today on, for more people than this: how many, and the first of them."""
    bound = {"hotel_id": room_type.hotel_id, "room_type_id": room_type.id, "today": today, "most": MOST_TOLD}
    limits = {name: getattr(capacity, name) for name in ("max_adults", "max_children", "max_occupancy")}
    return _counted(run(session, _TOO_MANY_GUESTS, bound | limits).mappings().all())


def rooms_of_hotel(session: Session, hotel_id: UUID) -> list[Room]:
    """Living rooms, floor by floor, in the order of their numbers."""
    living = (Room.hotel_id == hotel_id) & Room.retired_at.is_(None)
    order = (Room.floor.nulls_last(), func.length(Room.number), Room.number)
    return list(session.scalars(select(Room).where(living).order_by(*order)))


def count_rooms(session: Session, hotel_id: UUID) -> int:
    living = (Room.hotel_id == hotel_id) & Room.retired_at.is_(None)
    return session.scalar(select(func.count()).select_from(Room).where(living)) or 0


def is_number_taken(session: Session, room: Room, number: str) -> bool:
    """Whether another living room of its hotel has it."""
    living = (Room.hotel_id == room.hotel_id) & Room.retired_at.is_(None)
    return session.scalar(select(Room.id).where(living, Room.number == number, Room.id != room.id)) is not None


def in_the_way(
    session: Session, room_ids: Collection[UUID], days: Days, passed: Sequence[UUID] = ()
) -> tuple[int, list[dict[str, Any]]]:
    """Living stays and blocks of the rooms on these nights, but for those `passed` over: how many, and the first of them.

    Days without an end: all to come.
    """
    bound = {"first": days.lower, "end": days.upper or date.max, "passed": list(passed), "most": MOST_TOLD}
    return _counted(run(session, _IN_THE_WAY, bound | {"room_ids": list(room_ids)}).mappings().all())


def _counted(rows: Sequence[Any]) -> tuple[int, list[dict[str, Any]]]:
    told = [{name: value for name, value in row.items() if name != "total"} for row in rows]
    return (rows[0]["total"] if rows else 0), told


def night_of(session: Session, room_id: UUID, day: date) -> str:
    """What the night is: one of `rooms.states.Night`."""
    night: str = run(session, _NIGHT_OF, {"room_id": room_id, "day": day}).scalar_one()
    return night


def get_block(session: Session, block_id: UUID) -> Allocation:
    """As it is at this moment. Raises BlockNotFound."""
    is_block = (Allocation.id == block_id) & Allocation.block_reason.is_not(None)
    found = session.scalar(select(Allocation).where(is_block).execution_options(populate_existing=True))
    if found is None:
        raise BlockNotFound
    return found


def find_block_on(session: Session, room_id: UUID, day: date, reason: str) -> Allocation | None:
    """The block of this reason that keeps the room on this night."""
    mine = (Allocation.room_id == room_id) & (Allocation.block_reason == reason)
    return session.scalar(select(Allocation).where(mine, Allocation.check_in <= day, Allocation.check_out > day))


def blocks_shown(session: Session, block_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Blocks as clients see them, in the order of their ids."""
    return _blocks(session, Allocation.id.in_(block_ids))


def page_blocks(session: Session, hotel_id: UUID, days: Days, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` blocks that touch these days, with ids above `after`, oldest first."""
    touching = (Allocation.check_out > days.lower) & (Allocation.check_in < (days.upper or date.max))
    later = Allocation.id > (after or UUID(int=0))
    return _blocks(session, Allocation.hotel_id == hotel_id, touching, later, limit=limit)


def _blocks(session: Session, *which: Any, limit: int | None = None) -> list[dict[str, Any]]:
    columns = (
        Allocation.id,
        Allocation.room_id,
        Room.number,
        Allocation.check_in.label("first"),
        Allocation.check_out.label("end"),
        Allocation.block_reason.label("reason"),
        Allocation.block_note.label("note"),
        Allocation.block_by.label("created_by"),
        Allocation.created_at,
    )
    statement = select(*columns).join(Room, Room.id == Allocation.room_id)
    found = statement.where(Allocation.block_reason.is_not(None), *which).order_by(Allocation.id).limit(limit)
    return [dict(row._mapping) for row in session.execute(found)]
