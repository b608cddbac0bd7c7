"""Choosing rooms. The allocations' constraint is the judge; all here only finds candidates for it, without deadlocking on it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import events
from app.core.announce import announce
from app.rooms import ledger
from app.rooms.errors import RoomTaken
from app.rooms.ledger import Stay, Taken


@dataclass(frozen=True, slots=True)
class Want:
    """One room of a booking: this very room, or any of the type."""

    booking_room_id: UUID
    room_type_id: UUID
    room_id: UUID | None = None


def take_rooms(session: Session, stay: Stay, wants: Sequence[Want]) -> dict[UUID, UUID]:
    """Takes a room for every want, or raises RoomTaken. Returns booking room → room."""
    taken = _take_named(session, stay, [want for want in wants if want.room_id])
    by_type: dict[UUID, list[UUID]] = defaultdict(list)
    for want in wants:
        if want.room_id is None:
            by_type[want.room_type_id].append(want.booking_room_id)
    for room_type_id in sorted(by_type):
        taken |= _take_any(session, stay, room_type_id, by_type[room_type_id])
    return taken


def take_if_free(session: Session, stay: Stay, wants: Sequence[Want]) -> set[UUID]:
    """Takes those of these very rooms that are free and on sale. Returns whose they are now."""
    on_sale = _on_sale(session, wants) if wants else set()
    sold = [want for want in wants if (want.room_id, want.room_type_id) in on_sale]
    return set(_settle(session, stay, [Taken(want.room_id, want.booking_room_id) for want in sold if want.room_id]))


def _on_sale(session: Session, wants: Sequence[Want]) -> set[tuple[UUID, UUID]]:
    """Rooms and their types, of those that are named and not retired; locked."""
    locked = ledger.lock_rooms(session, [want.room_id for want in wants if want.room_id])
    return {(room.id, room.room_type_id) for room in locked if room.retired_at is None}


def _take_named(session: Session, stay: Stay, wants: Sequence[Want]) -> dict[UUID, UUID]:
    """A room that was retired, or has become one of another type, since it was named, is as good as taken."""
    wanted = [Taken(want.room_id, want.booking_room_id) for want in wants if want.room_id]
    if wanted:
        on_sale = _on_sale(session, wants)
        if any((want.room_id, want.room_type_id) not in on_sale for want in wants):
            raise RoomTaken
    got = _settle(session, stay, wanted)
    if len(got) < len(wanted):
        raise RoomTaken
    return got


def _take_any(session: Session, stay: Stay, room_type_id: UUID, owners: Sequence[UUID]) -> dict[UUID, UUID]:
    """First among rooms nobody looks at, then by waiting, for a locked room may be locked for other nights: only that look refuses."""
    got: dict[UUID, UUID] = {}
    take = ledger.take_free
    while missing := [owner for owner in owners if owner not in got]:
        found = take(session, stay, ledger.Wanted(room_type_id, missing, list(got.values())))
        if found:
            got |= {owner: room_id for room_id, owner in found if owner}
            got |= _settle(session, stay, _blocked(found, [owner for owner in missing if owner not in got]))
        elif take is ledger.take_free:
            take = ledger.wait_for_free
        else:
            raise RoomTaken
    return got


def _blocked(found: Sequence[tuple[UUID, UUID | None]], missing: Sequence[UUID]) -> list[Taken]:
    """The rooms that something was in the way of, each for one that has none yet."""
    rooms = [room_id for room_id, owner in found if owner is None]
    return [Taken(room_id, owner) for room_id, owner in zip(rooms, missing, strict=False)]


def _settle(session: Session, stay: Stay, wanted: Sequence[Taken]) -> dict[UUID, UUID]:
    """Clears lapsed holds out of the way and lets the constraint decide. Returns what was got."""
    if not wanted:
        return {}
    lapsed = ledger.release_lapsed(session, [room.room_id for room in wanted], stay.days)
    announce(session, *events.freed(lapsed))
    owners = ledger.take(session, stay, wanted)
    return {room.booking_room_id: room.room_id for room in wanted if room.booking_room_id in owners}
