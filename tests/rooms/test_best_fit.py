"""Which of the free rooms is taken: the one that leaves the smallest gaps, as a plain model says, whatever the ledger holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from app.core.columns import new_id
from app.core.db import transaction
from app.rooms import ledger
from tests import factories
from tests.factories import HotelForTests, in_days

pytestmark = pytest.mark.usefixtures("application")

ROOMS, HORIZON, FAR = 4, 70, 30
FILL = """
INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason, booking_room_id, hold_expires_at)
SELECT gen_random_uuid(), :room, :hotel, daterange(:first, :end),
       CASE WHEN NOT :held THEN 'other' END, CASE WHEN :held THEN gen_random_uuid() END,
       CASE WHEN :held THEN clock_timestamp() + make_interval(secs => :seconds) END
"""


@dataclass(frozen=True)
class Taken:
    """Nights from `first` to before `end`; a hold lives for `seconds`, or is no hold."""

    first: int
    end: int
    seconds: int | None = None

    @property
    def counts(self) -> bool:
        return self.seconds is None or self.seconds > 0


Ledger = list[list[Taken]]  # of each room, in the order of their numbers


def gaps(room: Sequence[Taken], first: int, end: int) -> int | None:
    """What the stay would leave before and after it, each at most 30 nights; None: the room is not free."""
    living = [each for each in room if each.counts]
    if any(each.first < end and first < each.end for each in living):
        return None
    before = min([first - each.end for each in living if each.end <= first] + [FAR])
    after = min([each.first - end for each in living if each.first >= end] + [FAR])
    return before + after


def chosen(rooms: Ledger, first: int, end: int, count: int) -> list[int]:
    """The rooms that the model would take, best first."""
    measured = [(gap, number) for number, room in enumerate(rooms) if (gap := gaps(room, first, end)) is not None]
    return [number for _, number in sorted(measured)[:count]]


@st.composite
def rooms_of_a_hotel(draw: st.DrawFn) -> Ledger:
    """Runs that do not overlap, some of them holds, living or lapsed."""
    rooms = []
    for _ in range(ROOMS):
        cuts = sorted(draw(st.sets(st.integers(1, HORIZON), max_size=8)))
        pairs = zip(cuts[::2], cuts[1::2], strict=False)
        lives = st.sampled_from([None, None, 600, -600])
        rooms.append([Taken(first, min(end, first + 30), draw(lives)) for first, end in pairs])
    return rooms


@pytest.fixture(scope="module")
def house() -> list[HotelForTests]:
    return []


def fill(hotel: HotelForTests, rooms: Ledger) -> None:
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM allocations"))
        for room_id, taken in zip(hotel.only.rooms, rooms, strict=True):
            for each in taken:
                days = {"first": in_days(each.first), "end": in_days(each.end)}
                held = {"held": each.seconds is not None, "seconds": each.seconds or 0}
                session.execute(text(FILL), {"room": room_id, "hotel": hotel.id} | days | held)


def take(hotel: HotelForTests, first: int, end: int, count: int = 1) -> list[UUID]:
    """The rooms in the order in which the ledger chose them; nothing stays written."""
    days: Range[date] = Range(in_days(first), in_days(end))
    with transaction() as session:
        savepoint = session.begin_nested()
        session.execute(text("SET LOCAL session_replication_role = replica"))
        wanted = ledger.Wanted(hotel.only.id, [new_id() for _ in range(count)], [])
        found = ledger.take_free(session, ledger.Stay(hotel.id, days, None), wanted)
        savepoint.rollback()
    return [room_id for room_id, _ in found]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rooms=rooms_of_a_hotel(), first=st.integers(1, HORIZON), nights=st.integers(1, 12), count=st.integers(1, ROOMS))
def test_the_smallest_gaps_come_first(
    house: list[HotelForTests], rooms: Ledger, first: int, nights: int, count: int
) -> None:
    if not house:
        house.append(factories.hotel({"Deluxe": ROOMS}))
    (hotel,) = house
    fill(hotel, rooms)
    found = [hotel.only.rooms.index(room_id) for room_id in take(hotel, first, first + nights, count)]
    assert found == chosen(rooms, first, first + nights, count)


def test_the_last_gap_of_the_right_length_is_filled() -> None:
    """Two rooms, and one arrangement in which all four guests have a bed: whoever took the first free room would turn one away."""
    hotel = factories.hotel({"Deluxe": 2})
    fill(hotel, [[Taken(1, 10), Taken(20, 30)], [Taken(1, 13), Taken(20, 30)]])
    long_stay, short_stay = (10, 20), (13, 20)
    orders = [permutations([long_stay, short_stay])]
    for order in orders[0]:
        with transaction() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("DELETE FROM allocations WHERE booking_room_id IS NOT NULL"))
            got = [
                ledger.take_free(
                    session,
                    ledger.Stay(hotel.id, Range(in_days(first), in_days(end)), None),
                    ledger.Wanted(hotel.only.id, [new_id()], []),
                )
                for first, end in order
            ]
        rooms = {stay: found[0][0] for stay, found in zip(order, got, strict=True)}
        assert rooms == {long_stay: hotel.only.rooms[0], short_stay: hotel.only.rooms[1]}


def test_a_lapsed_hold_is_no_neighbour() -> None:
    """Whoever would be put beside one would leave a gap as soon as it is swept."""
    hotel = factories.hotel({"Deluxe": 2})
    fill(hotel, [[Taken(8, 10, -600)], [Taken(5, 8)]])
    assert take(hotel, 10, 12) == [hotel.only.rooms[1]]
