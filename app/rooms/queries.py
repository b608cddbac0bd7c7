"""Which rooms are free: no allocation overlaps the stay, where an allocation whose hold has lapsed counts as none."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import sql_now
from app.rooms.errors import UnknownRoomType
from app.rooms.models import Allocation, Room, RoomType

# Of an allocation `a`: it counts.
LIVING: Final = "(a.hold_expires_at IS NULL OR a.hold_expires_at > clock_timestamp())"
# The rule of `is_free` for statements written by hand: `room` is the alias of rooms, the stay is bound.
FREE_ROOM: Final = """
    NOT EXISTS (
        SELECT FROM allocations taken
        WHERE taken.room_id = room.id AND taken.check_in < :check_out AND taken.check_out > :check_in
        AND (taken.hold_expires_at IS NULL OR taken.hold_expires_at > clock_timestamp())
    )
"""


def is_free(check_in: date, check_out: date) -> ColumnElement[bool]:
    """Condition on Room: nothing takes it on any night of the stay."""
    taken = select(Allocation.id).where(
        Allocation.room_id == Room.id,
        Allocation.check_in < check_out,
        Allocation.check_out > check_in,
        or_(Allocation.hold_expires_at.is_(None), Allocation.hold_expires_at > sql_now()),
    )
    return ~taken.exists()


def free_rooms_by_type(session: Session, hotel_id: UUID, check_in: date, check_out: date) -> dict[UUID, int]:
    """How many rooms of each living room type of the hotel are free for the whole stay. One statement."""
    statement = (
        select(RoomType.id, func.count(Room.id).label("free"))
        .outerjoin(Room, (Room.room_type_id == RoomType.id) & Room.retired_at.is_(None) & is_free(check_in, check_out))
        .where(RoomType.hotel_id == hotel_id, RoomType.retired_at.is_(None))
        .group_by(RoomType.id)
    )
    return {row.id: row.free for row in session.execute(statement)}


def room_types_of(session: Session, hotel_id: UUID) -> list[RoomType]:
    """The hotel's living room types, oldest first."""
    statement = (
        select(RoomType).where(RoomType.hotel_id == hotel_id, RoomType.retired_at.is_(None)).order_by(RoomType.id)
    )
    return list(session.scalars(statement))


def keep_type(session: Session, hotel_id: UUID, room_type_id: UUID) -> None:
    """The hotel has such a type, until the transaction ends. Raises UnknownRoomType."""
    mine = (RoomType.id == room_type_id) & (RoomType.hotel_id == hotel_id) & RoomType.retired_at.is_(None)
    if session.scalar(select(RoomType.id).where(mine).with_for_update(read=True, key_share=True)) is None:
        raise UnknownRoomType(room_type_id=room_type_id)


def types_of_rooms(session: Session, hotel_id: UUID, room_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """room id → room type id, of the hotel's living rooms among these. No statement when none is asked for."""
    if not room_ids:
        return {}
    mine = (Room.hotel_id == hotel_id) & Room.retired_at.is_(None)
    found = session.execute(select(Room.id, Room.room_type_id).where(Room.id.in_(room_ids), mine))
    return {row.id: row.room_type_id for row in found}
