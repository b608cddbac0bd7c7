"""Rooms: added many at once or not at all, renumbered, retired when nobody is to sleep in them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.inventory.numbers import Numbered, Run, twice
from tests import factories
from tests.api import Api
from tests.hotels.people import audited, rows
from tests.inventory.house import House, events, house_of, lapse, run
from tests.surface import content


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 2}))


def add(house: House, **body: Any) -> Any:
    return house.owner.post(f"{house.path}/rooms", {"room_type_id": str(house.hotel.only.id)} | body)


def numbers(house: House) -> list[str]:
    return [room["number"] for room in house.staff.get(f"{house.path}/rooms").json["items"]]


def test_ranges_are_counted_as_people_count() -> None:
    assert [room.number for room in Run(101, 103, prefix="B").rooms()] == ["B101", "B102", "B103"]
    assert list(Run(7, 7, floor=2).rooms()) == [Numbered("7", 2)]
    assert twice([Numbered("1", None), Numbered("2", 1), Numbered("1", 2)]) == ["1"]


def test_one_room_or_many_are_added(house: House) -> None:
    assert add(house, numbers=["201"], floor=2).status_code == 201
    runs = [{"from": 103, "to": 110, "floor": 1}, {"from": 1, "to": 2, "prefix": "A"}]
    answer = add(house, ranges=runs, numbers=["Penthouse"])
    assert answer.status_code == 201, answer.text
    made = answer.json["items"]
    assert len(made) == 11
    assert {(room["now"], room["defect"], room["room_type_id"]) for room in made} == {
        ("available", None, str(house.hotel.only.id))
    }
    first_floor = [str(number) for number in range(101, 111)]
    assert numbers(house) == [*first_floor, "201", "A1", "A2", "Penthouse"]
    assert audited() == [("rooms.add", "hotel_admin")] * 2
    assert len(events("inventory_changed")) == 2
    offers = house.guest.get(f"{house.path}/offers", check_in=factories.in_days(5), check_out=factories.in_days(6))
    assert offers.json["items"][0]["rooms_left"] == 14


def test_of_many_all_are_added_or_none(house: House) -> None:
    before = content()
    answer = add(house, ranges=[{"from": 100, "to": 110}])
    assert (answer.status_code, answer.json["code"]) == (409, "room_number_taken")
    assert answer.json["numbers"] == ["101", "102"]
    answer = add(house, ranges=[{"from": 200, "to": 203}], numbers=["202", "203", "9"])
    assert (answer.json["code"], answer.json["numbers"]) == ("room_number_taken", ["202", "203"])
    assert content() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"numbers": []},
        {"numbers": [""]},
        {"numbers": ["x" * 13]},
        {"numbers": ["1\n2;"]},
        {"numbers": [7]},
        {"ranges": [{"from": 5, "to": 4}]},
        {"ranges": [{"from": 0, "to": 500}]},
        {"ranges": [{"from": 0, "to": 299}, {"from": 300, "to": 599}]},
        {"ranges": [{"from": 1}]},
        {"ranges": [{"from": 1, "to": 2, "prefix": "; drop"}]},
        {"numbers": ["1"], "hotel_id": str(uuid4())},
    ],
)
def test_wrong_lists_are_refused(house: House, wrong: dict[str, Any]) -> None:
    before = content()
    assert add(house, **wrong).status_code == 422
    assert content() == before


def test_a_type_of_another_hotel_is_unknown(house: House) -> None:
    foreign, before = factories.hotel().only.id, content()
    for room_type_id in (foreign, uuid4()):
        answer = add(house, numbers=["9"], room_type_id=str(room_type_id))
        assert (answer.status_code, answer.json["code"]) == (422, "unknown_room_type")
        answer = house.owner.patch(f"/rooms/{house.rooms[0]}", {"room_type_id": str(room_type_id)})
        assert (answer.status_code, answer.json["code"]) == (422, "unknown_room_type")
    assert {name for name, sum_ in content().items() if before[name] != sum_} == set()


def test_a_hotel_has_only_so_many(house: House, with_settings: Callable[..., Any]) -> None:
    with_settings(rooms_per_hotel=4)
    answer = add(house, ranges=[{"from": 1, "to": 3}])
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (409, "too_many_rooms", 4)
    assert add(house, ranges=[{"from": 1, "to": 2}]).status_code == 201


def test_many_rooms_are_as_many_statements_as_one(house: House, count_statements: Callable[[], Any]) -> None:
    with count_statements() as for_one:
        assert add(house, numbers=["1"]).status_code == 201
    with count_statements() as for_many:
        assert add(house, ranges=[{"from": 1001, "to": 1400}]).status_code == 201
    assert len(for_one) == len(for_many) == 7
    with count_statements() as listed:
        assert len(numbers(house)) == 403
    assert len(listed) == 2


class TestChanges:
    def test_number_and_floor(self, house: House) -> None:
        answer = house.owner.patch(f"/rooms/{house.rooms[0]}", {"number": "7", "floor": None})
        assert (answer.status_code, answer.json["number"], answer.json["floor"]) == (200, "7", None)
        (line,) = rows("SELECT verb, before, after FROM audit_log")
        assert line == {
            "verb": "room.change",
            "before": {"number": "101", "floor": 1},
            "after": {"number": "7", "floor": None},
        }

    def test_not_the_number_of_another(self, house: House) -> None:
        before = content()
        answer = house.owner.patch(f"/rooms/{house.rooms[0]}", {"number": "102"})
        assert (answer.status_code, answer.json["code"]) == (409, "room_number_taken")
        assert content() == before
        assert house.owner.patch(f"/rooms/{house.rooms[0]}", {"number": "101"}).status_code == 200
        assert content() == before

    def test_another_type_only_while_nobody_is_to_sleep_in_it(self, house: House) -> None:
        suite = factories.room_type(house.hotel.id, "Suite", 1, price=9_000_000, floor=2)
        booking = house.booked(room=house.rooms[0])
        before = content()
        told = {"room_type_id": str(suite.id)}
        answer = house.owner.patch(f"/rooms/{house.rooms[0]}", told)
        assert (answer.status_code, answer.json["code"], answer.json["count"]) == (409, "room_has_stays", 1)
        assert answer.json["stays"][0]["booking_id"] == booking["id"]
        assert content() == before
        assert house.owner.patch(f"/rooms/{house.rooms[1]}", told).json["room_type_id"] == str(suite.id)
        assert len(events("inventory_changed")) == 2  # both types have changed


class TestRetiring:
    def test_not_with_stays_or_blocks_to_come(self, house: House) -> None:
        room = house.rooms[0]
        confirmed, held = house.booked(30, room=room), house.booked(20, room=room, plan="pay_now")
        blocked = house.block([room], 10, 12, reason="owner_use").json["items"][0]
        before = content()
        answer = house.owner.delete(f"/rooms/{room}")
        assert (answer.status_code, answer.json["code"], answer.json["count"]) == (409, "room_has_stays", 3)
        told = [(stay["kind"], stay["booking_id"] or stay["block_id"]) for stay in answer.json["stays"]]
        assert told == [("block", blocked["id"]), ("booking", held["id"]), ("booking", confirmed["id"])]
        assert content() == before

    def test_it_is_sold_no_more_and_its_number_is_free(self, house: House) -> None:
        room = house.rooms[0]
        assert house.owner.delete(f"/rooms/{room}").status_code == 204
        assert numbers(house) == ["102"]
        assert house.book(room=room).status_code == 422
        assert house.booked()["rooms"][0]["room_id"] == str(house.rooms[1])
        assert house.book().status_code == 409
        assert add(house, numbers=["101"]).status_code == 201
        assert audited() == [("room.retire", "hotel_admin"), ("rooms.add", "hotel_admin")]
        for call in (house.owner.delete(f"/rooms/{room}"), house.owner.patch(f"/rooms/{room}", {"floor": 3})):
            assert call.status_code == 404

    def test_a_lapsed_hold_is_in_nobodys_way_and_does_not_come_back(self, house: House) -> None:
        room = house.rooms[0]
        lapse(house.booked(room=room, plan="pay_now"))
        assert house.owner.delete(f"/rooms/{room}").status_code == 204
        assert rows("SELECT * FROM allocations") == []
        assert [event["status"] for event in events("room_status_changed")] == ["locked", "available"]

    def test_stays_that_are_over_are_no_reason(self, house: House) -> None:
        house.booked(room=house.rooms[0])
        run("UPDATE bookings SET stay = daterange(lower(stay) - 60, upper(stay) - 60)")
        run("UPDATE allocations SET stay = daterange(lower(stay) - 60, upper(stay) - 60)")
        assert house.owner.delete(f"/rooms/{house.rooms[0]}").status_code == 204

    def test_not_while_somebody_is_in_it(self, house: House) -> None:
        run("UPDATE rooms SET now = 'occupied'")
        assert house.owner.delete(f"/rooms/{house.rooms[0]}").json["code"] == "room_is_occupied"


def test_a_room_of_another_hotel_is_nowhere(house: House) -> None:
    other = factories.hotel().only.rooms[0]
    before = content()
    for room in (other, UUID(int=1)):
        assert house.owner.patch(f"/rooms/{room}", {"number": "7"}).status_code == 404
        assert house.owner.delete(f"/rooms/{room}").status_code == 404
        assert house.say(room, "maintenance").status_code == 404
        assert house.staff.put(f"/rooms/{room}/defect", {"note": "x"}).status_code == 404
    assert content() == before
