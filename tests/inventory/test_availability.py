"""How many rooms are what, night by night; and why a stay cannot be sold."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.inventory.house import House, day, house_of, lapse, run


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 4}))


def nights(house: House, first: int, end: int) -> list[dict[str, Any]]:
    answer = house.staff.get(f"{house.path}/availability", **{"from": day(first), "to": day(end)})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json["room_types"]
    counted: list[dict[str, Any]] = found["nights"]
    return counted


def why(house: House, start: int = 10, end: int = 12, **query: Any) -> dict[str, Any]:
    days = {"check_in": day(start), "check_out": day(end)}
    answer = house.staff.get(f"{house.path}/availability/why", **days, **query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def of_type(house: House, start: int = 10, end: int = 12, **query: Any) -> dict[str, Any]:
    (only,) = why(house, start, end, **query)["room_types"]
    told: dict[str, Any] = only
    return told


def test_each_room_is_counted_once_a_night(house: House) -> None:
    one, two, three, _ = house.rooms
    house.booked(10, 2, room=one)
    house.booked(11, 2, room=two, plan="pay_now")
    house.block([three], 9, 12)
    lapse(house.booked(10, 2, room=house.rooms[3], plan="pay_now"))
    shown = nights(house, 9, 13)
    kinds = ("total", "blocked", "held", "sold", "sellable")
    assert [(night["date"], *(night[kind] for kind in kinds)) for night in shown] == [
        (day(9), 4, 1, 0, 0, 3),
        (day(10), 4, 1, 0, 1, 2),
        (day(11), 4, 1, 1, 1, 1),
        (day(12), 4, 0, 1, 0, 3),
    ]
    assert all(night["total"] == sum(night[kind] for kind in kinds[1:]) for night in shown)


def test_types_without_rooms_have_nights_too(house: House) -> None:
    suite = {"name": "Suite", "base_occupancy": 2, "max_adults": 2, "max_children": 0, "max_occupancy": 2}
    house.owner.post(f"{house.path}/room-types", suite)
    told = house.staff.get(f"{house.path}/availability", **{"from": day(0), "to": day(92)}).json["room_types"]
    assert [(each["name"], len(each["nights"])) for each in told] == [("Deluxe", 92), ("Suite", 92)]
    assert {night["total"] for night in told[1]["nights"]} == {0}
    suites = why(house)["room_types"][1]
    assert suites["reasons"] == [{"reason": "no_rooms"}, {"reason": "no_rate_plan"}]


class TestWhy:
    def test_nothing_is_in_the_way(self, house: House) -> None:
        told = why(house)
        (only,) = told["room_types"]
        assert (told["reasons"], only["reasons"], only["rooms_free"]) == ([], [], 4)
        assert [plan["is_sellable"] for plan in only["rate_plans"]] == [True, True]
        assert [night["sellable"] for night in only["nights"]] == [4, 4]

    def test_it_says_of_each_date_that_it_is_sold_out(self, house: House) -> None:
        house.block(list(house.rooms), 11, 13)
        only = of_type(house, 10, 14)
        assert only["reasons"] == [{"reason": "sold_out", "date": day(11)}, {"reason": "sold_out", "date": day(12)}]
        assert [night["blocked"] for night in only["nights"]] == [0, 4, 4, 0]
        assert [plan["is_sellable"] for plan in only["rate_plans"]] == [False, False]
        assert [plan["reasons"] for plan in only["rate_plans"]] == [[], []]

    def test_enough_each_night_but_no_room_throughout(self, house: House) -> None:
        for room, night in zip(house.rooms, (10, 10, 11, 11), strict=True):
            house.block([room], night, night + 1)
        only = of_type(house)
        assert (only["reasons"], only["rooms_free"]) == ([{"reason": "no_room_throughout"}], 0)
        assert of_type(house, 10, 11)["reasons"] == []

    def test_several_rooms_are_wanted(self, house: House) -> None:
        house.booked(11, 1)
        assert of_type(house, rooms=4)["reasons"] == [{"reason": "sold_out", "date": day(11)}]
        assert of_type(house, rooms=3)["reasons"] == []

    def test_restrictions_are_told_by_date_as_offers_tell_them(self, house: House) -> None:
        pay_now = str(house.hotel.only.pay_now)
        run(
            """UPDATE rate_spans SET closed_to_arrival = true, min_nights = 3 WHERE rate_plan_id = :plan""",
            plan=house.hotel.only.pay_now,
        )
        plans = {plan["rate_plan_id"]: plan for plan in of_type(house)["rate_plans"]}
        assert plans[pay_now]["reasons"] == [
            {"reason": "closed_to_arrival", "date": day(10)},
            {"reason": "min_nights", "date": day(10)},
        ]
        assert (plans[pay_now]["is_sellable"], len([plan for plan in plans.values() if plan["is_sellable"]])) == (
            False,
            1,
        )
        offers = house.guest.get(f"{house.path}/offers", check_in=day(10), check_out=day(12)).json["items"][0]
        told = {plan["rate_plan_id"]: plan["reasons"] for plan in offers["rate_plans"]}
        assert told == {plan_id: plan["reasons"] for plan_id, plan in plans.items()}

    def test_too_many_people(self, house: House) -> None:
        only = of_type(house, adults=4)
        assert only["reasons"] == []
        assert [plan["reasons"] for plan in only["rate_plans"]] == [[{"reason": "occupancy_exceeded"}]] * 2
        assert of_type(house, adults=4, rooms=2)["rate_plans"][0]["is_sellable"]

    def test_the_hotel_does_not_sell_or_not_then(self, house: House) -> None:
        late = why(house, 399, 402)
        assert late["reasons"] == [{"reason": "outside_sale_period"}]
        assert not any(plan["is_sellable"] for plan in late["room_types"][0]["rate_plans"])
        run("UPDATE hotels SET status = 'paused' WHERE id = :id", id=house.hotel.id)
        paused = why(house)
        assert paused["reasons"] == [{"reason": "hotel_not_selling"}]
        assert paused["room_types"][0]["reasons"] == []

    def test_no_stay(self, house: House) -> None:
        for check_out in (day(10), day(41)):
            query = {"check_in": day(10), "check_out": check_out}
            answer = house.staff.get(f"{house.path}/availability/why", **query)
            assert (answer.status_code, answer.json["code"]) == (422, "invalid_stay")

    def test_five_statements(self, house: House, count_statements: Callable[[], Any]) -> None:
        for _ in range(2):
            with count_statements() as asked:
                why(house)
            assert len(asked) == 5  # who asks; the hotel; its plans; rooms free throughout; the nights
            house.owner.post(
                f"{house.path}/rooms", {"room_type_id": str(house.hotel.only.id), "ranges": [{"from": 500, "to": 550}]}
            )
