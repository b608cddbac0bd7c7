"""What counts as free."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, text, update
from sqlalchemy.dialects.postgresql import Range

from app.core.columns import new_id
from app.core.db import reading, transaction
from app.rooms import queries
from app.rooms.models import Allocation, Room
from tests import factories
from tests.factories import HotelForTests, in_days

pytestmark = pytest.mark.usefixtures("application")


def block(hotel: HotelForTests, room_id: UUID, first: int, end: int) -> None:
    """Takes the room for good from day `first` to day `end`."""
    stay = Range(in_days(first), in_days(end))
    row = {"room_id": room_id, "hotel_id": hotel.id, "stay": stay, "block_reason": "maintenance"}
    with transaction() as session:
        session.execute(insert(Allocation).values(id=new_id(), **row))


def held(hotel: HotelForTests, room_id: UUID, first: int, end: int, *, seconds: int) -> None:
    """Takes the room until so many seconds from now, as a hold does; the booking behind it is left out."""
    stay = Range(in_days(first), in_days(end))
    row = {"room_id": room_id, "hotel_id": hotel.id, "stay": stay, "booking_room_id": new_id()}
    until = func.clock_timestamp() + timedelta(seconds=seconds)
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(insert(Allocation).values(id=new_id(), hold_expires_at=until, **row))


def free(hotel: HotelForTests, first: int = 10, end: int = 12) -> int:
    with reading() as session:
        return queries.free_rooms_by_type(session, hotel.id, in_days(first), in_days(end))[hotel.only.id]


def test_rooms_are_counted_by_type_in_one_statement(count_statements: Callable[[], Any]) -> None:
    hotel = factories.hotel({"Deluxe": 3, "Suite": 1})
    factories.hotel({"Deluxe": 5})
    block(hotel, hotel.types["Suite"].rooms[0], 10, 11)
    with count_statements() as statements, reading() as session:
        found = queries.free_rooms_by_type(session, hotel.id, in_days(10), in_days(12))
    assert found == {hotel.types["Deluxe"].id: 3, hotel.types["Suite"].id: 0}
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("first", "end", "left"), [(8, 10, 1), (12, 14, 1), (8, 11, 0), (11, 12, 0), (11, 20, 0), (9, 13, 0), (-40, 100, 0)]
)
def test_a_room_is_free_when_no_night_overlaps(first: int, end: int, left: int) -> None:
    hotel = factories.hotel()
    block(hotel, hotel.only.rooms[0], first, end)
    assert free(hotel, 10, 12) == left


def test_lapsed_holds_count_as_free_and_living_ones_do_not() -> None:
    hotel = factories.hotel({"Deluxe": 3})
    held(hotel, hotel.only.rooms[0], 10, 12, seconds=-1)
    held(hotel, hotel.only.rooms[1], 10, 12, seconds=60)
    assert free(hotel) == 2


def test_retired_rooms_are_not_counted() -> None:
    hotel = factories.hotel({"Deluxe": 2})
    with transaction() as session:
        session.execute(update(Room).where(Room.id == hotel.only.rooms[0]).values(retired_at=func.now()))
    assert free(hotel) == 1


def test_types_without_rooms_have_none_free() -> None:
    hotel = factories.hotel({"Deluxe": 1})
    empty = factories.room_type(hotel.id, "Suite", 1, price=1_000_000, floor=2)
    with transaction() as session:
        session.execute(update(Room).where(Room.id == empty.rooms[0]).values(retired_at=func.now()))
    with reading() as session:
        assert queries.free_rooms_by_type(session, hotel.id, in_days(10), in_days(12))[empty.id] == 0
        assert [found.name for found in queries.room_types_of(session, hotel.id)] == ["Deluxe", "Suite"]
