"""Rooms that are blocked, retired or made smaller at the very moment at which somebody wants them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.bookings.service import assign, create, record
from app.core.db import transaction
from app.inventory import queries
from app.rooms import ledger
from app.rooms.models import Room
from tests import factories
from tests.api import Api, new_key
from tests.hotels.people import rows
from tests.inventory.house import House, day, house_of
from tests.races.crowd import at_once, overlaps, statuses

pytestmark = pytest.mark.usefixtures("application")

TURNS = range(4)
DAWDLE = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON allocations FOR EACH ROW EXECUTE FUNCTION dawdle();
"""
AWAKE = "DROP TRIGGER dawdle ON allocations; DROP FUNCTION dawdle()"


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 1}))


@pytest.fixture
def slow(application: Flask) -> Iterator[None]:
    """Whoever takes a room takes a while until he has committed."""
    with transaction() as session:
        session.execute(text(DAWDLE))
    yield
    with transaction() as session:
        session.execute(text(AWAKE))


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Lets another request succeed after a booking's price was computed and before its transaction begins."""

    def happens(call: Callable[[], Any]) -> None:
        priced = create._priced

        def then(request: Any) -> Any:
            quoted = priced(request)
            with ThreadPoolExecutor(1) as pool:
                answer = pool.submit(call).result()
            assert answer.status_code in {200, 204}, answer.text
            return quoted

        monkeypatch.setattr(create, "_priced", then)

    return happens


def turned(calls: list[Callable[[], Any]], turn: int) -> list[Any]:
    """All at once, every other time begun in the other order; answers in the order of the calls."""
    step = -1 if turn % 2 else 1
    return at_once(calls[::step])[::step]


def taken() -> int:
    return len(rows("SELECT 1 AS one FROM allocations"))


class TestBlockAndBooking:
    @pytest.mark.usefixtures("slow")
    @pytest.mark.parametrize("turn", TURNS)
    @pytest.mark.parametrize("named", [True, False])
    def test_one_of_them_has_the_room(self, house: House, turn: int, named: bool) -> None:
        room = house.rooms[0]
        book = partial(house.book, 10, 3, room=room if named else None)
        booked, blocked = turned([book, partial(house.block, [room], 12, 15)], turn)
        assert (booked.status_code, blocked.status_code) in {(201, 409), (409, 201)}, (booked.text, blocked.text)
        assert (taken(), overlaps()) == (1, 0)
        assert len(rows("SELECT 1 AS one FROM bookings")) == (booked.status_code == 201)
        if blocked.status_code == 409:
            assert [stay["reference"] for stay in blocked.json["stays"]] == [booked.json["reference"]]

    @pytest.mark.usefixtures("slow")
    def test_control_without_the_rooms_lock_and_the_constraint_both_have_it(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The race is real: it is these two that prevent it."""
        monkeypatch.setattr(
            ledger, "lock_rooms", lambda session, ids: list(map(session.get_one, [Room] * len(ids), ids))
        )
        with transaction() as session:
            session.execute(text("ALTER TABLE allocations DROP CONSTRAINT ex_allocations_room_id_stay"))
        try:
            room = house.rooms[0]
            calls = [partial(house.book, 10, 3, room=room), partial(house.block, [room], 12, 15)]
            assert statuses(at_once(calls)) == {201: 2}
            assert overlaps() == 1
        finally:
            with transaction() as session:
                session.execute(text("DELETE FROM allocations WHERE block_reason IS NOT NULL"))
                session.execute(
                    text(
                        "ALTER TABLE allocations ADD CONSTRAINT ex_allocations_room_id_stay"
                        " EXCLUDE USING gist (room_id WITH =, stay WITH &&)"
                    )
                )


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("turn", TURNS)
def test_of_two_blocks_one_is_made(house: House, turn: int) -> None:
    answers = turned(
        [partial(house.block, [house.rooms[0]], 10, 14), partial(house.block, [house.rooms[0]], 12, 16)], turn
    )
    assert statuses(answers) == {201: 1, 409: 1}
    assert (taken(), overlaps()) == (1, 0)


def test_many_blocks_of_many_rooms_in_any_order_make_no_deadlock(api: Api) -> None:
    house = house_of(api, factories.hotel({"Deluxe": 6}))
    rooms = list(house.rooms)
    calls = [partial(house.block, rooms[::step] if step else rooms, 10, 12) for step in (1, -1, 1, -1)]
    calls += [partial(house.block, [room], 10, 12) for room in rooms]
    answers = at_once(calls)
    assert set(statuses(answers)) <= {201, 409}
    assert taken() == sum(len(each.json["items"]) for each in answers if each.status_code == 201)
    assert overlaps() == 0


class TestRetiring:
    @pytest.mark.usefixtures("slow")
    @pytest.mark.parametrize("turn", TURNS)
    @pytest.mark.parametrize("named", [True, False])
    def test_a_room_is_retired_or_held(self, house: House, turn: int, named: bool) -> None:
        room = house.rooms[0]
        hold = partial(house.book, 10, 2, room=room if named else None, plan="pay_now")
        held, retired = turned([hold, partial(house.owner.delete, f"/rooms/{room}")], turn)
        assert (held.status_code, retired.status_code) in {(201, 409), (409, 204), (422, 204)}, held.text
        (left,) = rows("SELECT retired_at IS NOT NULL AS is_retired FROM rooms")
        assert left["is_retired"] == (taken() == 0)

    def test_a_room_that_was_named_before_it_was_retired_is_not_taken_after(
        self, house: House, between: Callable[[Callable[[], Any]], None]
    ) -> None:
        room = house.rooms[0]
        between(lambda: house.owner.delete(f"/rooms/{room}"))
        answer = house.book(room=room)
        assert (answer.status_code, answer.json["code"], taken()) == (409, "room_taken", 0)

    def test_control_without_the_second_look_it_is(
        self,
        house: House,
        between: Callable[[Callable[[], Any]], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        room = house.rooms[0]
        between(lambda: house.owner.delete(f"/rooms/{room}"))
        named = assign._take_named
        settle = lambda session, stay, wants: assign._settle(  # noqa: E731
            session, stay, [ledger.Taken(want.room_id, want.booking_room_id) for want in wants]
        )
        assert named is not settle
        monkeypatch.setattr(assign, "_take_named", settle)
        assert house.book(room=room).status_code == 201

    def test_a_room_that_became_one_of_another_type_is_not_taken_as_the_first(
        self, house: House, between: Callable[[Callable[[], Any]], None]
    ) -> None:
        suite = factories.room_type(house.hotel.id, "Suite", 1, price=9_000_000, floor=2)
        room = house.rooms[0]
        between(lambda: house.owner.patch(f"/rooms/{room}", {"room_type_id": str(suite.id)}))
        assert house.book(room=room).json["code"] == "room_taken"
        assert taken() == 0


class TestCapacity:
    @pytest.mark.parametrize("turn", TURNS)
    def test_a_type_is_made_smaller_or_booked(self, house: House, turn: int) -> None:
        smaller = partial(
            house.owner.patch, f"/room-types/{house.hotel.only.id}", {"max_adults": 1}, **{"If-Match": "*"}
        )
        booked, changed = turned([partial(house.book, adults=2), smaller], turn)
        assert (booked.status_code, changed.status_code) in {(201, 409), (422, 200)}, (booked.text, changed.text)
        assert taken() == (booked.status_code == 201)

    def test_what_was_priced_before_it_was_made_smaller_is_not_written_after(
        self, house: House, between: Callable[[Callable[[], Any]], None]
    ) -> None:
        path = f"/room-types/{house.hotel.only.id}"
        between(lambda: house.owner.patch(path, {"max_adults": 1}, **{"If-Match": "*"}))
        answer = house.book(adults=2)
        assert (answer.status_code, answer.json["code"]) == (422, "occupancy_exceeded")
        assert (taken(), rows("SELECT * FROM bookings"), rows("SELECT * FROM idempotency_keys")) == (0, [], [])

    def test_control_without_the_second_look_it_is(
        self,
        house: House,
        between: Callable[[Callable[[], Any]], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        unguarded = record.WRITE.replace("type.max_adults >= party.adults AND", "")
        assert unguarded != record.WRITE
        monkeypatch.setattr(record, "WRITE", unguarded)
        path = f"/room-types/{house.hotel.only.id}"
        between(lambda: house.owner.patch(path, {"max_adults": 1}, **{"If-Match": "*"}))
        assert house.book(adults=2).status_code == 201

    def test_a_booking_that_comes_while_it_is_made_smaller_waits_and_is_refused(self, house: House) -> None:
        with ThreadPoolExecutor(1) as pool:
            with transaction() as session:
                room_type = queries.lock_type(session, house.hotel.only.id)
                booking = pool.submit(house.book, adults=2)
                assert not booking.done()
                room_type.max_adults = 1
            assert booking.result().json["code"] == "occupancy_exceeded"


def test_two_types_that_change_at_once_leave_the_hotel_as_large_as_the_larger(house: House) -> None:
    suite = factories.room_type(house.hotel.id, "Suite", 1, price=9_000_000, floor=2)
    types = (house.hotel.only.id, suite.id)
    calls = [
        partial(house.owner.patch, f"/room-types/{type_id}", {"max_occupancy": most}, **{"If-Match": "*"})
        for type_id, most in zip(types, (7, 5), strict=True)
    ]
    assert statuses(at_once(calls)) == {200: 2}
    assert rows("SELECT max_occupancy FROM hotels WHERE id = :id", id=house.hotel.id) == [{"max_occupancy": 7}]


def test_of_two_who_add_one_number_one_does(house: House) -> None:
    body = {"room_type_id": str(house.hotel.only.id), "ranges": [{"from": 500, "to": 520}]}
    answers = at_once([partial(house.owner.post, f"{house.path}/rooms", body)] * 3)
    assert statuses(answers) == {201: 1, 409: 2}
    assert {tuple(each.json["numbers"][:2]) for each in answers if each.status_code == 409} == {("500", "501")}


def test_one_room_is_said_to_be_in_maintenance_by_two_at_once(house: House) -> None:
    answers = at_once([partial(house.say, house.rooms[0], "maintenance")] * 3)
    assert statuses(answers) == {200: 1, 409: 2}
    assert len(rows("SELECT 1 AS one FROM room_history")) == taken() == 1


def test_a_retired_type_gets_no_room_and_a_type_with_a_room_is_not_retired(house: House) -> None:
    suite = {"name": "Suite", "base_occupancy": 2, "max_adults": 2, "max_children": 0, "max_occupancy": 2}
    made = house.owner.post(f"{house.path}/room-types", suite).json["id"]
    add = partial(house.owner.post, f"{house.path}/rooms", {"room_type_id": made, "numbers": ["900"]})
    added, retired = at_once([add, partial(house.owner.delete, f"/room-types/{made}")])
    assert (added.status_code, retired.status_code) in {(201, 409), (422, 204)}


def test_a_block_and_the_sale_of_all_that_is_left(api: Api) -> None:
    """Ten guests, ten rooms, two of which are being blocked: as many are refused as rooms are gone."""
    house = house_of(api, factories.hotel({"Deluxe": 10}))
    guests = [api.as_(factories.person()) for _ in range(10)]
    calls: list[Callable[[], Any]] = [
        partial(guest.post, "/bookings", factories.booking_request(house.hotel), key=new_key()) for guest in guests
    ]
    calls.insert(5, partial(house.block, list(house.rooms[:2]), 9, 13))
    answers = at_once(calls)
    blocked = answers.pop(5)
    booked = statuses(answers)[201]
    assert booked == (8 if blocked.status_code == 201 else 10), [each.text for each in answers]
    assert (taken(), overlaps()) == (10, 0)
    assert day(10) == str(factories.in_days(10))
