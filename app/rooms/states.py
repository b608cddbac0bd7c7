"""The two axes of a room: what it is now (housekeeping moves it) and what a night of it is (read from the allocations).

A dirty room today never blocks December, and a booking for December never makes tonight's room unsellable.
"""

from datetime import datetime
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
NEXT_NIGHT: dict[Night, frozenset[Night]] = {
    Night.AVAILABLE: frozenset({Night.LOCKED, Night.BOOKED, Night.MAINTENANCE}),
    Night.LOCKED: frozenset({Night.BOOKED, Night.AVAILABLE}),
    Night.BOOKED: frozenset({Night.OCCUPIED, Night.AVAILABLE}),
    Night.OCCUPIED: frozenset({Night.AVAILABLE}),
    Night.MAINTENANCE: frozenset({Night.AVAILABLE}),
}


def move_now(room: Room, to: RoomNow) -> None:
    """The only writer of `room.now`. Raises IllegalTransition with the moves allowed."""
    allowed = NEXT_NOW[RoomNow(room.now)]
    if to not in allowed:
        raise IllegalTransition(f"A room that is {room.now} cannot become {to}", allowed=sorted(allowed))
    room.now = to


def night(*, blocked: bool, booking_status: str | None, hold_expires_at: datetime | None, at: datetime) -> Night:
    """What a night is, from the allocation that covers it (none of its fields: no allocation)."""
    if blocked:
        return Night.MAINTENANCE
    if booking_status is None or (hold_expires_at is not None and hold_expires_at <= at):
        return Night.AVAILABLE
    if booking_status == "checked_in":
        return Night.OCCUPIED
    return Night.LOCKED if hold_expires_at is not None else Night.BOOKED


def shown(now: RoomNow, of_night: Night, *, is_today: bool) -> str:
    """The one word a board shows for a date."""
    return str(now) if is_today and now is not RoomNow.AVAILABLE else str(of_night)
