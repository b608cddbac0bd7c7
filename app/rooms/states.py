"""The two axes of a room: what it is now (housekeeping moves it) and what a night of it is (read from the allocations).

A dirty room today never blocks December, and a booking for December never makes tonight's room unsellable.
"""

from enum import StrEnum

from sqlalchemy.orm import Session

from app.auth.models import Role
from app.core.audit_trail import Actor
from app.core.errors import IllegalTransition
from app.rooms.models import Room, RoomHistory, RoomNow


class Night(StrEnum):
    """What a night of a room is."""

    AVAILABLE = "available"
    LOCKED = "locked"
    BOOKED = "booked"
    OCCUPIED = "occupied"
    MAINTENANCE = "maintenance"


NEXT_NOW: dict[RoomNow, frozenset[RoomNow]] = {
    RoomNow.AVAILABLE: frozenset({RoomNow.OCCUPIED, RoomNow.MAINTENANCE}),
    RoomNow.OCCUPIED: frozenset({RoomNow.CLEANING}),
    RoomNow.CLEANING: frozenset({RoomNow.AVAILABLE, RoomNow.MAINTENANCE}),
    RoomNow.MAINTENANCE: frozenset({RoomNow.CLEANING}),
}


def require_now(room: Room, to: RoomNow) -> RoomNow:
    """What the room is, if the move is in the table. Raises IllegalTransition with the moves allowed."""
    came_from = RoomNow(room.now)
    if to not in NEXT_NOW[came_from]:
        raise IllegalTransition(f"A room that is {came_from} cannot become {to}", allowed=sorted(NEXT_NOW[came_from]))
    return came_from


def move_now(session: Session, room: Room, to: RoomNow, actor: Actor, note: str | None = None) -> None:
    """The only writer of `room.now`, of a locked row: checks the move and records it. Raises IllegalTransition with the moves allowed."""
    came_from, room.now = require_now(room, to), to
    line = RoomHistory(
        room_id=room.id,
        hotel_id=room.hotel_id,
        from_now=came_from,
        to_now=to,
        actor="platform" if actor.role == Role.PLATFORM_ADMIN else "hotel",
        actor_id=actor.id,
        note=note,
    )
    session.add(line)
