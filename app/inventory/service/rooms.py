"""Adding rooms, many at once; renumbering, moving to another type, retiring."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings.events import freed
from app.config import settings
from app.core.announce import announce
from app.core.audit_trail import Subject, differing, note
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.hotels import queries as hotels
from app.inventory import events, numbers, queries
from app.inventory.errors import RoomHasStays, RoomIsOccupied, RoomNumberTaken, TooManyRooms
from app.inventory.numbers import Numbered
from app.inventory.service.open_hotel import lock_open_hotel
from app.rooms import ledger
from app.rooms.errors import RoomNotFound
from app.rooms.models import Room, RoomNow
from app.rooms.queries import keep_type

FACTS = ("number", "floor", "room_type_id")


def show_all(hotel_id: UUID) -> dict[str, Any]:
    """`{items}`, floor by floor. Raises HotelNotFound."""
    with reading() as session:
        found = queries.rooms_of_hotel(session, hotel_id)
        if not found:
            hotels.require_hotel(session, hotel_id)
    return {"items": found}


def add(person: Principal, hotel_id: UUID, room_type_id: UUID, wanted: Sequence[Numbered]) -> dict[str, Any]:
    """All of them or none; `{items}`. Raises NotFound, Forbidden, HotelIsOver, UnknownRoomType, TooManyRooms, RoomNumberTaken."""
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    if named_twice := numbers.twice(wanted):
        raise RoomNumberTaken(numbers=named_twice)
    with transaction() as session:
        lock_open_hotel(session, hotel_id)
        keep_type(session, hotel_id, room_type_id)
        if queries.count_rooms(session, hotel_id) + len(wanted) > settings().rooms_per_hotel:
            raise TooManyRooms(limit=settings().rooms_per_hotel)
        made = _insert(session, hotel_id, room_type_id, wanted)
        announce(session, *events.inventory_changed(hotel_id, room_type_id))
        subject = Subject("room_type", room_type_id, hotel_id)
        note(session, actor, "rooms.add", subject, after={"numbers": [room.number for room in wanted]})
        return {"items": made}


def change(person: Principal, room_id: UUID, told: Mapping[str, Any]) -> Room:
    """Writes what is told. Raises NotFound, Forbidden, HotelIsOver, UnknownRoomType, RoomNumberTaken, RoomHasStays (another type)."""
    hotel_id = _hotel_of(room_id)
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    with transaction() as session:
        lock_open_hotel(session, hotel_id)
        room = lock_living(session, room_id)
        before, after = differing({name: getattr(room, name) for name in FACTS}, told)
        if "number" in after and queries.is_number_taken(session, room, after["number"]):
            raise RoomNumberTaken(numbers=[after["number"]])
        if "room_type_id" in after:
            keep_type(session, hotel_id, after["room_type_id"])
            _refuse_with_stays(session, room)
        for name, value in after.items():
            setattr(room, name, value)
        if after:
            types = {before.get("room_type_id", room.room_type_id), room.room_type_id}
            announce(session, *events.inventory_changed(hotel_id, *types))
            note(session, actor, "room.change", _subject(room), before=_json(before), after=_json(after))
        return room


def retire(person: Principal, room_id: UUID) -> None:
    """It is sold no more, and its number is free. Raises NotFound, Forbidden, HotelIsOver, RoomIsOccupied, RoomHasStays."""
    hotel_id = _hotel_of(room_id)
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    with transaction() as session:
        lock_open_hotel(session, hotel_id)
        room = lock_living(session, room_id)
        if room.now == RoomNow.OCCUPIED:
            raise RoomIsOccupied
        _refuse_with_stays(session, room)
        room.retired_at = sql_now()
        announce(session, *events.inventory_changed(hotel_id, room.room_type_id))
        note(session, actor, "room.retire", _subject(room), before={"number": room.number})


def lock_living(session: Session, room_id: UUID) -> Room:
    """Locked against everybody who wants it for a night. Raises RoomNotFound, also for a retired one."""
    for room in ledger.lock_rooms(session, [room_id]):
        if room.retired_at is None:
            return room
    raise RoomNotFound


def _refuse_with_stays(session: Session, room: Room) -> None:
    """From the hotel's today on. A hold that has lapsed is in nobody's way, and must not come back to life in this room."""
    days = Range(hotels.get_today(session, room.hotel_id), None)
    announce(session, *freed(ledger.release_lapsed(session, [room.id], days)))
    count, stays = queries.in_the_way(session, [room.id], days)
    if count:
        raise RoomHasStays(count=count, stays=stays)


def _insert(session: Session, hotel_id: UUID, room_type_id: UUID, wanted: Sequence[Numbered]) -> list[Room]:
    of_all = {"hotel_id": hotel_id, "room_type_id": room_type_id}
    rows = [{"id": new_id(), "number": room.number, "floor": room.floor} | of_all for room in wanted]
    made_of = insert(Room).values(rows)
    statement = made_of.on_conflict_do_nothing(
        index_elements=["hotel_id", "number"], index_where=Room.retired_at.is_(None)
    ).returning(Room)
    made = sorted(session.scalars(statement), key=lambda room: room.id)
    if len(made) < len(wanted):
        free = {room.number for room in made}
        raise RoomNumberTaken(numbers=[room.number for room in wanted if room.number not in free])
    return made


def _hotel_of(room_id: UUID) -> UUID:
    with reading() as session:
        hotel_id = queries.find_hotel_of_room(session, room_id)
    if hotel_id is None:
        raise RoomNotFound
    return hotel_id


def _subject(room: Room) -> Subject:
    return Subject("room", room.id, room.hotel_id)


def _json(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in facts.items()}
