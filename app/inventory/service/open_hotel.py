"""A hotel whose rooms may be set up."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.hotels import queries
from app.hotels.errors import HotelIsOver
from app.hotels.models import OVER, Hotel


def lock_open_hotel(session: Session, hotel_id: UUID) -> Hotel:
    """Locked against other changes of its rooms; bookings go on. Raises HotelNotFound, HotelIsOver."""
    hotel = queries.lock_hotel(session, hotel_id)
    if hotel.status in OVER:
        raise HotelIsOver("This hotel is rejected or closed; its rooms stay as they are")
    return hotel
