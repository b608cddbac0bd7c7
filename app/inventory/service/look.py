"""Looking at all rooms of a hotel: on a date, over weeks, by type and night. Answers are JSON text, as PostgreSQL wrote it."""

from datetime import date
from uuid import UUID

from app.core.db import reading
from app.hotels.errors import HotelNotFound
from app.inventory import board_queries


def board(hotel_id: UUID, day: date | None) -> str:
    """Every room on the day; none: on the hotel's today. One statement. Raises HotelNotFound."""
    with reading() as session:
        return _found(board_queries.find_board(session, hotel_id, day))


def calendar(hotel_id: UUID, first: date, end: date) -> str:
    """Every room with what takes it from `first` until `end`, as runs. One statement. Raises HotelNotFound."""
    with reading() as session:
        return _found(board_queries.find_calendar(session, hotel_id, first, end))


def availability(hotel_id: UUID, first: date, end: date) -> str:
    """How many rooms of each type are what on each night. One statement. Raises HotelNotFound."""
    with reading() as session:
        return _found(board_queries.find_availability(session, hotel_id, first, end))


def _found(body: str | None) -> str:
    if body is None:
        raise HotelNotFound
    return body
