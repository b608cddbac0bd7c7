"""A hotel as guests see it: its public facts, its photos and its room types."""

from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.core.db import reading
from app.hotels import service as hotels
from app.hotels.photos import present
from app.rooms import queries as room_queries


def of_hotel(hotel_id: UUID, person: Principal | None) -> dict[str, Any]:
    """Two statements. Raises HotelNotFound, also when the person may not see it."""
    facts = hotels.show(hotel_id, person)
    with reading() as session:
        room_types = room_queries.room_types_of(session, hotel_id)
    return facts | present.on_page(hotel_id, facts["photos"]) | {"room_types": room_types}
