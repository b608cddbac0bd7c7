"""A hotel as guests see it: its facts, its photos and its room types."""

from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.core.db import reading
from app.hotels.photos import present
from app.hotels.service import look
from app.rooms import queries as room_queries


def of_hotel(hotel_id: UUID, person: Principal | None) -> dict[str, Any]:
    """With its `version`. Two statements. Raises HotelNotFound, also when the person may not see it."""
    facts = look.show(hotel_id, person)
    with reading() as session:
        room_types = room_queries.room_types_of(session, hotel_id)
    return facts | present.on_page(hotel_id, facts["photos"]) | {"room_types": room_types}
