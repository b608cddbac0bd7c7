"""The board and the calendar: every room, one statement, the hotel's own dates."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.hotels.people import rows
from tests.inventory.house import House, day, house_of, lapse, run, today_there
from tests.surface import content


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 6}))


def board(house: House, on: str | None = None) -> dict[str, dict[str, Any]]:
    """Its rooms by number."""
    answer = house.staff.get(f"{house.path}/board", **({"date": on} if on else {}))
    assert answer.status_code == 200, answer.text
    return {room["number"]: room for room in answer.json["rooms"]}


def test_each_room_is_what_it_is_on_the_date(house: House) -> None:
    one, two, three, four, five, six = house.rooms
    confirmed, held = house.booked(10, room=one), house.booked(9, room=two, plan="pay_now")
    in_house = house.booked(9, 3, room=three)
    run("UPDATE bookings SET status = 'checked_in' WHERE id = :id", id=in_house["id"])
    lapse(house.booked(10, room=four, plan="pay_now"))
    (block,) = house.block([five], 10, 12, reason="owner_use", note="Family").json["items"]
    leaving = house.booked(8, room=six)
    shown = board(house, day(10))
    nights = {number: (room["night"], room["status"]) for number, room in shown.items()}
    assert nights == {
        "101": ("booked", "booked"),
        "102": ("locked", "locked"),
        "103": ("occupied", "occupied"),
        "104": ("available", "available"),
        "105": ("maintenance", "maintenance"),
        "106": ("available", "available"),
    }
    assert [room["reference"] for room in shown.values()] == [
        confirmed["reference"],
        held["reference"],
        in_house["reference"],
        None,
        None,
        None,
    ]
    assert [room["is_arrival"] for room in shown.values()] == [True, False, False, False, False, False]
    assert [room["is_departure"] for room in shown.values()] == [False] * 5 + [True]
    assert shown["106"]["departing_booking_id"] == leaving["id"]
    assert (shown["105"]["block_id"], shown["105"]["block_reason"], shown["105"]["block_note"]) == (
        block["id"],
        "owner_use",
        "Family",
    )


def test_a_room_changes_guests_on_one_day(house: House) -> None:
    leaving, coming = house.booked(8, room=house.rooms[0]), house.booked(10, room=house.rooms[0])
    room = board(house, day(10))["101"]
    assert (room["booking_id"], room["departing_booking_id"]) == (coming["id"], leaving["id"])
    assert (room["is_arrival"], room["is_departure"]) == (True, True)


def test_now_is_of_today_alone(house: House) -> None:
    run("UPDATE rooms SET now = 'cleaning'")
    house.booked(0, room=house.rooms[0])
    today, tomorrow = board(house), board(house, day(1))
    assert (today["101"]["night"], today["101"]["status"]) == ("booked", "cleaning")
    assert (tomorrow["101"]["night"], tomorrow["101"]["status"]) == ("booked", "booked")
    assert {room["now"] for room in tomorrow.values()} == {"cleaning"}


@pytest.mark.parametrize("time_zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Lagos", "America/New_York"])
def test_case_66_today_is_the_hotels(api: Api, time_zone: str) -> None:
    """Of the first two one has another date than Lagos at any moment, for they are 25 hours apart."""
    house = house_of(api, factories.hotel(time_zone=time_zone))
    today = today_there(time_zone)
    told = house.staff.get(f"{house.path}/board").json
    assert (told["date"], told["today"]) == (str(today), str(today))
    block = house.say(house.rooms[0], "maintenance").json
    assert (block["today"], block["block"]["from"]) == (str(today), str(today))
    assert board(house)["101"]["status"] == "maintenance"
    assert board(house, str(today + timedelta(days=10)))["101"]["status"] == "available"
    gone = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    assert house.block([house.rooms[0]], 0, 1, **gone).json["code"] == "block_in_past"
    assert house.say(house.rooms[0], "cleaning").status_code == 200
    assert rows("SELECT * FROM allocations") == []


def test_boards_of_the_two_ends_of_the_world_differ(api: Api) -> None:
    first, last = (
        house_of(api, factories.hotel(time_zone=zone)) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    )
    dates = [date.fromisoformat(house.staff.get(f"{house.path}/board").json["date"]) for house in (first, last)]
    assert dates[0] > dates[1]


def test_retired_rooms_are_not_shown(house: House) -> None:
    house.owner.delete(f"/rooms/{house.rooms[0]}")
    assert "101" not in board(house)
    assert len(calendar(house, 0, 5)["rooms"]) == 5


def calendar(house: House, first: int, end: int) -> dict[str, Any]:
    answer = house.staff.get(f"{house.path}/calendar", **{"from": day(first), "to": day(end)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


class TestCalendar:
    def runs(self, house: House, first: int, end: int, room: int = 0) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = calendar(house, first, end)["rooms"][room]["runs"]
        return runs

    def test_runs_are_cut_to_the_days_shown(self, house: House) -> None:
        booking = house.booked(10, 5, room=house.rooms[0])
        shown = self.runs(house, 12, 14)
        assert [(run_["from"], run_["to"]) for run_ in shown] == [(day(12), day(14))]
        assert (shown[0]["begins_before"], shown[0]["ends_after"]) == (True, True)
        assert (shown[0]["booking_id"], shown[0]["booking_status"]) == (booking["id"], "confirmed")
        whole = self.runs(house, 10, 15)
        assert (whole[0]["begins_before"], whole[0]["ends_after"]) == (False, False)

    @pytest.mark.parametrize(("first", "end", "found"), [(5, 10, 0), (15, 20, 0), (5, 11, 1), (14, 20, 1), (1, 30, 1)])
    def test_what_only_touches_the_days_is_not_among_them(self, house: House, first: int, end: int, found: int) -> None:
        house.booked(10, 5, room=house.rooms[0])
        assert len(self.runs(house, first, end)) == found

    def test_all_kinds_one_after_the_other(self, house: House) -> None:
        room = house.rooms[0]
        house.booked(10, room=room)
        held = house.booked(12, room=room, plan="pay_now")
        house.block([room], 14, 16, reason="other")
        lapse(house.booked(16, room=room, plan="pay_now"))
        shown = self.runs(house, 0, 30)
        assert [(run_["kind"], run_["night"], run_["block_reason"]) for run_ in shown] == [
            ("booking", "booked", None),
            ("booking", "locked", None),
            ("block", "maintenance", "other"),
        ]
        assert shown[1]["reference"] == held["reference"]
        assert [run_["from"] for run_ in shown] == [day(10), day(12), day(14)]

    def test_a_long_past_is_passed_over(self, house: House) -> None:
        """What covers the first day is the last that begins by then, however much there was before."""
        room = house.rooms[0]
        for first in range(0, 40, 4):
            assert house.block([room], first, first + 3).status_code == 201
        assert [run_["from"] for run_ in self.runs(house, 18, 25)] == [day(18), day(20), day(24)]
        assert [run_["from"] for run_ in self.runs(house, 19, 20)] == []

    def test_rooms_that_are_free_are_there(self, house: House) -> None:
        told = calendar(house, 0, 92)
        assert [room["number"] for room in told["rooms"]] == [f"10{number}" for number in range(1, 7)]
        assert {len(room["runs"]) for room in told["rooms"]} == {0}
        assert (told["from"], told["to"], told["today"]) == (day(0), day(92), day(0))


@pytest.mark.parametrize("page", ["calendar", "availability"])
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": day(0)},
        {"from": day(0), "to": day(0)},
        {"from": day(1), "to": day(0)},
        {"from": day(0), "to": day(93)},
        {"from": "2027-02-30", "to": day(2)},
        {"from": "9999-12-31", "to": "9999-12-31"},
        {"from": day(0), "to": day(2), "room": "1"},
    ],
)
def test_only_a_season_is_shown(house: House, page: str, query: dict[str, str]) -> None:
    before = content()
    assert house.staff.get(f"{house.path}/{page}", **query).status_code == 422
    assert content() == before


def test_each_page_is_one_statement_whatever_it_shows(house: House, count_statements: Callable[[], Any]) -> None:
    season = {"from": day(0), "to": day(60)}
    pages: list[tuple[str, dict[str, str]]] = [("board", {}), ("calendar", season), ("availability", season)]
    for count in (0, 3):
        for room in house.rooms[:count]:
            house.booked(5, room=room)
            run("UPDATE bookings SET user_id = NULL, guest_email = gen_random_uuid() || '@example.com'")
        for page, query in pages:
            with count_statements() as asked:
                assert house.staff.get(f"{house.path}/{page}", **query).status_code == 200
            assert len(asked) == 2, page  # who asks; all the rest


@pytest.mark.parametrize("page", ["board", "calendar", "availability", "availability/why"])
def test_a_hotel_that_is_not_there(api: Api, page: str) -> None:
    platform = api.as_(factories.person(role="platform_admin"))
    query = {"from": day(0), "to": day(2)} if page in {"calendar", "availability"} else {}
    query |= {"check_in": day(0), "check_out": day(2)} if page.endswith("why") else {}
    answer = platform.get(f"/hotels/01890a5d-ac96-774b-bcce-b302099a8057/{page}", **query)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
