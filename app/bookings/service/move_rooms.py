"""Rooms for a change: taken in the ledger in its name, beside what the booking has, which is not in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.bookings.models import Booking
from app.bookings.service import assign
from app.bookings.wanted import Wanted, WantedRoom
from app.core.columns import new_id
from app.rooms import ledger
from app.rooms.ledger import Stay
from app.rooms.periods import Days


@dataclass(frozen=True, slots=True)
class Placed:
    """`rooms`: booking room → room, of all that are wanted. `owners`: in whose names the ledger has what is new, until `give` names the
    change. `extra`: the new nights, room and days.
    """

    rooms: Mapping[UUID, UUID]
    owners: Sequence[UUID]
    extra: Sequence[tuple[UUID, Days]]


def take(session: Session, booking: Booking, what: Wanted, until: datetime | None) -> Placed:
    """A room for all that is wanted, held until then or for good: its own where it is free, else by best fit. Raises RoomTaken."""
    kept, owners = _keep(session, booking, what, until)
    others = {new_id(): room for room in what.rooms if room.booking_room_id not in kept}
    wants = [assign.Want(owner, room.wish.room_type_id) for owner, room in others.items()]
    got = assign.take_rooms(session, Stay(booking.hotel_id, Range(*what.days), until), wants)
    moved = {others[owner].booking_room_id: room_id for owner, room_id in got.items()}
    extra = [(room_id, days) for room_id in kept.values() for days in what.extra]
    extra += [(room_id, what.days) for room_id in moved.values()]
    return Placed(kept | moved, [*owners, *others], extra)


def give(session: Session, placed: Placed, change_id: UUID) -> int:
    """What was taken is the change's. Returns how many allocations that are."""
    return ledger.give_to_change(session, placed.owners, change_id) if placed.owners else 0


def _keep(
    session: Session, booking: Booking, what: Wanted, until: datetime | None
) -> tuple[dict[UUID, UUID], list[UUID]]:
    """Those that stay in their rooms, which are free on all the days that they have not had; and in whose names they are taken."""
    staying = [room for room in what.rooms if room.stays_in]
    names = {room.booking_room_id: [new_id() for _ in what.extra] for room in staying}
    got: set[UUID] = set()
    for nth, days in enumerate(what.extra):
        wish = [
            assign.Want(names[room.booking_room_id][nth], room.wish.room_type_id, room.stays_in) for room in staying
        ]
        got |= assign.take_if_free(session, Stay(booking.hotel_id, Range(*days), until), wish)
    kept = {room.booking_room_id: room_id for room in staying if (room_id := _all(room, names, got))}
    owners = [name for booking_room_id in kept for name in names[booking_room_id]]
    if left := got - set(owners):
        ledger.release(session, left)
    return kept, owners


def _all(room: WantedRoom, names: Mapping[UUID, Sequence[UUID]], got: set[UUID]) -> UUID | None:
    return room.stays_in if got.issuperset(names[room.booking_room_id]) else None
