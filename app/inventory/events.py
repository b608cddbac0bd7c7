"""What dashboards are told of rooms: ids, words and dates."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from app.bookings.events import room_status
from app.core.announce import HotelEvent
from app.inventory.periods import Days, bounds
from app.rooms.models import Room, RoomNow
from app.rooms.states import Night


def inventory_changed(hotel_id: UUID, *room_type_ids: UUID) -> list[HotelEvent]:
    """Rooms of a type, or the type itself, are not what they were: one event for each type."""
    return [
        HotelEvent(hotel_id, "inventory_changed", {"room_type_id": str(room_type_id)})
        for room_type_id in sorted(set(room_type_ids))
    ]


def blocked(hotel_id: UUID, room_ids: Iterable[UUID], days: Days) -> list[HotelEvent]:
    """Nights that are taken from sale."""
    return [_nights(hotel_id, room_id, Night.MAINTENANCE, days) for room_id in sorted(room_ids)]


def given_back(room: Room, days: Days) -> HotelEvent:
    """Nights that can be sold again."""
    return _nights(room.hotel_id, room.id, Night.AVAILABLE, days)


def is_today(room: Room, status: Night | RoomNow, today: date) -> HotelEvent:
    """What the room shows today."""
    return room_status(room.hotel_id, room.id, status, today, today + timedelta(days=1))


def _nights(hotel_id: UUID, room_id: UUID, status: Night, days: Days) -> HotelEvent:
    return room_status(hotel_id, room_id, status, *bounds(days))
