"""Showing a hotel's photos."""

from typing import Any
from uuid import UUID

from app.auth.permissions import Verb, may
from app.auth.principal import Principal
from app.core.db import reading
from app.hotels import queries as hotels
from app.hotels.errors import HotelNotFound
from app.hotels.photos import present, queries
from app.hotels.policies import can_see


def of_hotel(hotel_id: UUID, person: Principal | None) -> dict[str, Any]:
    """`{items}`: the ready ones; for those who work there, those under way and the refused as well.

    Raises HotelNotFound, also when the person may not see the hotel.
    """
    with reading() as session:
        if not can_see(person, hotel_id, hotels.get_status(session, hotel_id)):
            raise HotelNotFound
        works_there = person is not None and may(person, Verb.SEE_HOTEL, hotel_id)
        found = queries.photos_of(session, hotel_id) if works_there else queries.ready_photos(session, hotel_id)
    return {"items": [present.told(photo) for photo in found]}
