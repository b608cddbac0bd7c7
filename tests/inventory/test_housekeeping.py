"""What a room is now, what that takes from sale and gives back, and who said so."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.core.db import transaction
from app.rooms.models import RoomNow
from app.rooms.states import NEXT_NOW
from tests import factories
from tests.api import Api
from tests.hotels.people import audited, rows
from tests.inventory.house import House, day, events, house_of, ranges, run
from tests.surface import content


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 2}))


def blocks() -> list[tuple[str, str, str]]:
    found = rows("SELECT block_reason, check_in, check_out FROM allocations WHERE block_reason IS NOT NULL ORDER BY 2")
    return [(row["block_reason"], str(row["check_in"]), str(row["check_out"])) for row in found]


def history() -> list[tuple[str, str, str, str | None]]:
    found = rows("SELECT from_now, to_now, actor, note FROM room_history ORDER BY id")
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize(("came_from", "to"), list(product(RoomNow, RoomNow)))
def test_a_room_moves_along_its_table_and_nobody_occupies_it_here(
    house: House, came_from: RoomNow, to: RoomNow
) -> None:
    room = house.rooms[0]
    run("UPDATE rooms SET now = :now WHERE id = :id", now=came_from, id=room)
    before = content()
    answer = house.say(room, to)
    if to is RoomNow.OCCUPIED:
        assert (answer.status_code, answer.json["code"]) == (409, "check_in_required")
    elif to in NEXT_NOW[came_from]:
        assert (answer.status_code, answer.json["room"]["now"]) == (200, to)
        assert history() == [(came_from, to, "hotel", None)]
        assert audited() == [("room.status", "hotel_staff")]
        return
    else:
        assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")
        assert answer.json["allowed"] == sorted(NEXT_NOW[came_from])
    assert content() == before


def test_maintenance_takes_the_room_from_sale_and_its_end_gives_it_back(house: House) -> None:
    room = house.rooms[0]
    answer = house.say(room, "maintenance", note="The boiler leaks", until=day(5))
    assert answer.status_code == 200, answer.text
    assert (answer.json["status"], answer.json["today"]) == ("maintenance", day(0))
    assert (answer.json["block"]["from"], answer.json["block"]["to"]) == (day(0), day(5))
    assert answer.json["block"]["note"] == "The boiler leaks"
    assert house.book(3, 1, room=room).json["code"] == "room_taken"
    repaired = house.say(room, "cleaning", note="Repaired")
    assert (repaired.json["status"], repaired.json["block"], blocks()) == ("cleaning", None, [])
    assert house.say(room, "available").json["status"] == "available"
    assert house.book(3, 1, room=room).status_code == 201
    assert ranges()[:5] == [
        ("maintenance", day(0), day(5)),
        ("maintenance", day(0), day(1)),
        ("available", day(0), day(5)),
        ("cleaning", day(0), day(1)),
        ("available", day(0), day(1)),
    ]
    assert history() == [
        ("available", "maintenance", "hotel", "The boiler leaks"),
        ("maintenance", "cleaning", "hotel", "Repaired"),
        ("cleaning", "available", "hotel", None),
    ]


def test_without_a_day_it_lasts_as_the_setting_says(house: House, with_settings: Callable[..., Any]) -> None:
    with_settings(maintenance_days=2)
    assert house.say(house.rooms[0], "maintenance").json["block"]["to"] == day(2)


def test_not_over_a_guest(house: House) -> None:
    booking = house.booked(2, room=house.rooms[0])
    before = content()
    answer = house.say(house.rooms[0], "maintenance")
    assert (answer.status_code, answer.json["code"]) == (409, "room_in_use")
    assert [stay["reference"] for stay in answer.json["stays"]] == [booking["reference"]]
    assert content() == before
    assert house.say(house.rooms[0], "maintenance", until=day(2)).status_code == 200


def test_a_repair_that_was_planned_is_the_one_that_begins(house: House) -> None:
    room = house.rooms[0]
    (planned,) = house.block([room], 0, 4, note="New tiles").json["items"]
    answer = house.say(room, "maintenance")
    assert (answer.json["block"]["id"], blocks()) == (planned["id"], [("maintenance", day(0), day(4))])
    house.say(room, "cleaning")
    assert blocks() == []


@pytest.mark.parametrize("until", [2, 9])
def test_a_planned_repair_may_take_another_time(house: House, until: int) -> None:
    house.block([house.rooms[0]], 0, 4)
    assert house.say(house.rooms[0], "maintenance", until=day(until)).status_code == 200
    assert blocks() == [("maintenance", day(0), day(until))]


def test_the_owners_own_nights_are_in_the_way(house: House) -> None:
    house.block([house.rooms[0]], 0, 4, reason="owner_use")
    assert house.say(house.rooms[0], "maintenance").json["code"] == "room_in_use"


def test_what_was_repaired_for_days_stays_told(house: House) -> None:
    room = house.rooms[0]
    house.say(room, "maintenance", until=day(4))
    run("UPDATE allocations SET stay = daterange(lower(stay) - 3, upper(stay))")
    assert house.say(room, "cleaning").status_code == 200
    assert blocks() == [("maintenance", day(-3), day(0))]


def test_while_it_is_under_repair_its_block_is_not_ended_apart(house: House) -> None:
    room = house.rooms[0]
    block = house.say(room, "maintenance", until=day(4)).json["block"]["id"]
    before = content()
    refused = [
        house.staff.delete(f"/blocks/{block}"),
        house.staff.patch(f"/blocks/{block}", {"reason": "other"}),
        house.staff.patch(f"/blocks/{block}", {"from": day(1)}),
    ]
    assert [(each.status_code, each.json["code"]) for each in refused] == [(409, "room_in_maintenance")] * 3
    assert content() == before
    assert house.staff.patch(f"/blocks/{block}", {"to": day(6)}).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"now": "maintenance", "until": day(0)}, "block_in_past"),
        ({"now": "maintenance", "until": day(-5)}, "block_in_past"),
        ({"now": "maintenance", "until": day(1097)}, "invalid_block"),
        ({"now": "cleaning", "until": day(3)}, "validation_error"),
        ({"now": "locked"}, "validation_error"),
        ({"now": "maintenance", "actor": "x"}, "validation_error"),
        ({}, "validation_error"),
    ],
)
def test_wrong_words_are_refused(house: House, body: dict[str, Any], code: str) -> None:
    before = content()
    answer = house.staff.post(f"/rooms/{house.rooms[0]}/status", body)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert content() == before


def test_a_room_that_is_ready_shows_what_its_night_is(house: House) -> None:
    house.booked(0, room=house.rooms[0])
    run("UPDATE rooms SET now = 'cleaning'")
    assert house.say(house.rooms[0], "available").json["status"] == "booked"
    assert house.say(house.rooms[1], "available").json["status"] == "available"
    assert [event["status"] for event in events("room_status_changed")] == ["booked", "booked", "available"]


def test_a_small_defect_is_told_and_the_room_stays_on_sale(house: House) -> None:
    room = house.rooms[0]
    answer = house.staff.put(f"/rooms/{room}/defect", {"note": "The lamp flickers"})
    assert (answer.status_code, answer.json["defect"], answer.json["now"]) == (200, "The lamp flickers", "available")
    assert house.book(room=room).status_code == 201
    assert house.staff.put(f"/rooms/{room}/defect", {"note": None}).json["defect"] is None
    assert audited() == [("room.defect", "hotel_staff")] * 2
    before = content()
    house.staff.put(f"/rooms/{room}/defect", {"note": None})
    assert content() == before
    assert house.staff.put(f"/rooms/{room}/defect", {}).status_code == 422


@pytest.mark.parametrize("statement", ["UPDATE room_history SET note = 'x'", "DELETE FROM room_history"])
def test_the_history_of_rooms_is_only_ever_added_to(house: House, statement: str) -> None:
    house.say(house.rooms[0], "maintenance")
    with pytest.raises(DBAPIError, match="only ever added to"), transaction() as session:
        session.connection().exec_driver_sql(statement)
