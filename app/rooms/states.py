"""The two axes of a room: what it is now (housekeeping moves it) and what a night of it is (read from the allocations).

A dirty room today never blocks December, and a booking for December never makes tonight's room unsellable.
"""

from enum import StrEnum

from app.core.errors import IllegalTransition
from app.rooms.models import Room, RoomNow


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


def move_now(room: Room, to: RoomNow) -> None:
    """The only writer of `room.now`. Raises IllegalTransition with the moves allowed."""
    allowed = NEXT_NOW[RoomNow(room.now)]
    if to not in allowed:
        raise IllegalTransition(f"A room that is {room.now} cannot become {to}", allowed=sorted(allowed))
    room.now = to
