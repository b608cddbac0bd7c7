"""Setting up what a hotel sells. What its types take and what the hotel is known to take change together."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.config import settings
from app.core.announce import announce
from app.core.audit_trail import Subject, differing, note
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.etag import Seen
from app.hotels import queries as hotels
from app.hotels.models import Hotel
from app.inventory import events, queries
from app.inventory.errors import CapacityBelowBooking, OccupancyImpossible, RoomTypeInUse, TooManyRoomTypes
from app.inventory.service.open_hotel import lock_open_hotel
from app.rates.pricing import Capacity
from app.rooms.errors import RoomTypeNotFound
from app.rooms.models import RoomType

CAPACITY = ("max_adults", "max_children", "max_occupancy")
FACTS = ("name", "description", "bed", "size_sqm", "base_occupancy", *CAPACITY)

Facts = Mapping[str, Any]


def show_all(hotel_id: UUID) -> dict[str, Any]:
    """`{items}`, oldest first. Raises HotelNotFound."""
    with reading() as session:
        found = queries.types_of_hotel(session, hotel_id)
        if not found:
            hotels.require_hotel(session, hotel_id)
    return {"items": found}


def show(room_type_id: UUID) -> dict[str, Any]:
    """Its facts, its `version`, how many rooms it has. Raises RoomTypeNotFound."""
    with reading() as session:
        return queries.get_type(session, room_type_id)


def add(person: Principal, hotel_id: UUID, told: Facts) -> dict[str, Any]:
    """A new type. Raises NotFound, Forbidden, HotelIsOver, OccupancyImpossible, TooManyRoomTypes."""
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    with transaction() as session:
        hotel = lock_open_hotel(session, hotel_id)
        if queries.count_types(session, hotel_id) >= settings().room_types_per_hotel:
            raise TooManyRoomTypes
        room_type = RoomType(id=new_id(), hotel_id=hotel_id, **told)
        _refuse_impossible(room_type)
        session.add(room_type)
        _tell(session, hotel, room_type)
        facts = {name: getattr(room_type, name) for name in FACTS}
        note(session, actor, "room_type.add", Subject("room_type", room_type.id, hotel_id), after=facts)
        return queries.get_type(session, room_type.id)


def change(person: Principal, room_type_id: UUID, told: Facts, seen: Seen) -> dict[str, Any]:
    """Writes what is told; the rest stays.

    Raises NotFound, Forbidden, HotelIsOver, PreconditionFailed, OccupancyImpossible, CapacityBelowBooking.
    """
    hotel_id = _hotel_of(room_type_id)
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    with transaction() as session:
        hotel = lock_open_hotel(session, hotel_id)
        room_type = queries.lock_type(session, room_type_id)
        seen.require(room_type.version)
        known = {name: getattr(room_type, name) for name in FACTS}
        before, after = differing(known, told)
        if after:
            _refuse_below_bookings(session, room_type, {**known, **told})
            for name, value in after.items():
                setattr(room_type, name, value)
            _refuse_impossible(room_type)
            room_type.version += 1
            _tell(session, hotel, room_type)
            subject = Subject("room_type", room_type_id, hotel_id)
            note(session, actor, "room_type.change", subject, before=before, after=after)
        return queries.get_type(session, room_type_id)


def retire(person: Principal, room_type_id: UUID) -> None:
    """It is sold no more. Raises NotFound, Forbidden, HotelIsOver, RoomTypeInUse."""
    hotel_id = _hotel_of(room_type_id)
    actor = permissions.actor(person, Verb.EDIT_ROOMS, hotel_id)
    with transaction() as session:
        hotel = lock_open_hotel(session, hotel_id)
        room_type = queries.lock_type(session, room_type_id)
        rooms, bookings = queries.use_of_type(session, room_type, hotels.get_today(session, hotel_id))
        if rooms or bookings:
            raise RoomTypeInUse(rooms=rooms, bookings=bookings)
        room_type.retired_at = sql_now()
        _tell(session, hotel, room_type)
        subject = Subject("room_type", room_type_id, hotel_id)
        note(session, actor, "room_type.retire", subject, before={"name": room_type.name})


def _hotel_of(room_type_id: UUID) -> UUID:
    with reading() as session:
        hotel_id = queries.find_hotel_of_type(session, room_type_id)
    if hotel_id is None:
        raise RoomTypeNotFound
    return hotel_id


def _tell(session: Session, hotel: Hotel, room_type: RoomType) -> None:
    """The hotel, which is locked, takes as many as the largest of its types; its people see that something has changed."""
    session.flush()
    hotel.max_occupancy = queries.most_guests(session, hotel.id)
    announce(session, *events.inventory_changed(hotel.id, room_type.id))


def _refuse_impossible(room_type: RoomType) -> None:
    if max(room_type.base_occupancy, room_type.max_adults) > room_type.max_occupancy:
        raise OccupancyImpossible


def _refuse_below_bookings(session: Session, room_type: RoomType, wanted: Facts) -> None:
    """Whoever was sold a room fits into it. Bookings under way are through, or find the type locked and look again."""
    if all(wanted[name] >= getattr(room_type, name) for name in CAPACITY):
        return
    today = hotels.get_today(session, room_type.hotel_id)
    capacity = Capacity(**{name: wanted[name] for name in CAPACITY})
    count, bookings = queries.too_many_guests(session, room_type, capacity, today)
    if count:
        raise CapacityBelowBooking(count=count, bookings=bookings)
