"""Room types: set up, changed without losing anybody's change, never smaller than what was sold, retired when nobody is left."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.hotels.people import audited, rows
from tests.inventory.house import House, events, house_of, lapse, run
from tests.surface import content

SUITE = {"name": "Suite", "base_occupancy": 2, "max_adults": 3, "max_children": 2, "max_occupancy": 5}


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 2}))


@pytest.fixture
def path(house: House) -> str:
    return f"/room-types/{house.hotel.only.id}"


def most(house: House) -> int:
    return int(rows("SELECT max_occupancy FROM hotels WHERE id = :id", id=house.hotel.id)[0]["max_occupancy"])


def test_a_type_is_added_and_the_hotel_is_known_to_take_as_many(house: House) -> None:
    answer = house.owner.post(f"{house.path}/room-types", SUITE | {"bed": "1 king", "size_sqm": 40})
    assert answer.status_code == 201, answer.text
    assert {name: answer.json[name] for name in SUITE} == SUITE
    assert (answer.json["rooms"], answer.json["bed"], most(house)) == (0, "1 king", 5)
    assert [each["name"] for each in house.staff.get(f"{house.path}/room-types").json["items"]] == ["Deluxe", "Suite"]
    assert audited() == [("room_type.add", "hotel_admin")]
    assert [event["room_type_id"] for event in events("inventory_changed")] == [answer.json["id"]]
    shown = house.owner.get(f"/room-types/{answer.json['id']}")
    assert (shown.json, shown.headers["ETag"]) == (answer.json, answer.headers["ETag"])


def test_what_is_told_is_written_and_the_rest_stays(house: House, path: str) -> None:
    before = house.owner.get(path)
    tag = {"If-Match": before.headers["ETag"]}
    answer = house.owner.patch(path, {"bed": "2 queen", "max_occupancy": 4}, **tag)
    assert answer.json == before.json | {"bed": "2 queen", "max_occupancy": 4}
    assert most(house) == 4
    again = house.owner.patch(path, {"bed": "1 king"}, **tag)
    assert (again.status_code, again.json["code"]) == (412, "precondition_failed")
    (line,) = rows("SELECT before, after FROM audit_log")
    assert line == {
        "before": {"bed": None, "max_occupancy": 3},
        "after": {"bed": "2 queen", "max_occupancy": 4},
    }


def test_what_changes_nothing_leaves_no_trace(house: House, path: str) -> None:
    tag = {"If-Match": house.owner.get(path).headers["ETag"]}
    before = content()
    assert house.owner.patch(path, {"name": "Deluxe"}, **tag).status_code == 200
    assert house.owner.patch(path, {"name": "Suite"}).status_code == 428
    assert content() == before


@pytest.mark.parametrize(
    "change",
    [{"base_occupancy": 4}, {"max_adults": 4}, {"max_occupancy": 2}, {"max_occupancy": 2, "max_adults": 3}],
)
def test_no_room_takes_more_adults_than_people(house: House, path: str, change: dict[str, int]) -> None:
    before = content()
    answer = house.owner.patch(path, change, **{"If-Match": "*"})
    assert (answer.status_code, answer.json["code"]) == (422, "impossible_occupancy")
    assert house.owner.post(f"{house.path}/room-types", SUITE | {"base_occupancy": 6}).status_code == 422
    assert content() == before


@pytest.mark.parametrize(
    "wrong",
    [{"max_adults": 0}, {"max_children": -1}, {"max_occupancy": 21}, {"name": ""}, {"version": 3}, {"hotel_id": "x"}],
)
def test_wrong_facts_are_refused(house: House, path: str, wrong: dict[str, Any]) -> None:
    assert house.owner.patch(path, wrong, **{"If-Match": "*"}).status_code == 422
    assert house.owner.post(f"{house.path}/room-types", SUITE | wrong).status_code == 422


class TestCapacity:
    """What was sold fits."""

    SMALLER = ({"max_adults": 1, "base_occupancy": 1}, {"max_occupancy": 2, "max_adults": 2}, {"max_children": 0})

    @pytest.mark.parametrize("change", SMALLER)
    @pytest.mark.parametrize("plan", ["pay_now", "pay_at_hotel"])
    def test_it_is_not_lowered_below_a_booking_to_come(
        self, house: House, path: str, change: dict[str, int], plan: str
    ) -> None:
        booking = house.booked(adults=2, children=[4], plan=plan)
        before = content()
        answer = house.owner.patch(path, change, **{"If-Match": "*"})
        assert (answer.status_code, answer.json["code"]) == (409, "capacity_below_booking")
        assert answer.json["count"] == 1
        (told,) = answer.json["bookings"]
        assert (told["booking_id"], told["reference"]) == (booking["id"], booking["reference"])
        assert (told["check_in"], told["adults"], told["children"]) == (booking["check_in"], 2, 1)
        assert content() == before

    def test_many_are_counted_and_twenty_named(self, house: House, path: str) -> None:
        for start in range(10, 34):
            assert house.book(start, 1, adults=3).status_code == 201
            run("UPDATE bookings SET user_id = NULL, guest_email = gen_random_uuid() || '@example.com'")
        answer = house.owner.patch(path, {"max_adults": 2}, **{"If-Match": "*"})
        assert (answer.json["count"], len(answer.json["bookings"])) == (24, 20)

    def test_smaller_parties_over_stays_and_lapsed_holds_do_not_count(self, house: House, path: str) -> None:
        house.booked(adults=1)
        lapse(house.booked(adults=3, plan="pay_now"))
        over = house.booked(adults=3, start=20)
        run("UPDATE bookings SET stay = daterange(lower(stay) - 60, upper(stay) - 60) WHERE id = :id", id=over["id"])
        cancelled = house.booked(adults=3, start=30)
        run("UPDATE bookings SET status = 'cancelled' WHERE id = :id", id=cancelled["id"])
        assert house.owner.patch(path, {"max_adults": 1}, **{"If-Match": "*"}).status_code == 200
        assert house.book(adults=2).json["code"] == "occupancy_exceeded"

    def test_growing_asks_nobody(self, house: House, path: str) -> None:
        house.booked(adults=3)
        grown = {"max_occupancy": 6, "max_adults": 4, "max_children": 3}
        assert house.owner.patch(path, grown, **{"If-Match": "*"}).status_code == 200


class TestRetiring:
    def test_not_while_it_has_rooms(self, house: House, path: str) -> None:
        house.booked()
        before = content()
        answer = house.owner.delete(path)
        assert (answer.status_code, answer.json["code"]) == (409, "room_type_in_use")
        assert (answer.json["rooms"], answer.json["bookings"]) == (2, 1)
        assert content() == before

    def test_one_without_rooms_is_gone_and_the_hotel_takes_fewer(self, house: House) -> None:
        made = house.owner.post(f"{house.path}/room-types", SUITE).json["id"]
        assert most(house) == 5
        assert house.owner.delete(f"/room-types/{made}").status_code == 204
        assert most(house) == 3
        assert house.owner.get(f"/room-types/{made}").status_code == 404
        assert house.owner.delete(f"/room-types/{made}").status_code == 404
        assert len(house.owner.get(f"{house.path}/room-types").json["items"]) == 1


def test_a_hotel_has_only_so_many(house: House, with_settings: Callable[..., Any]) -> None:
    with_settings(room_types_per_hotel=2)
    assert house.owner.post(f"{house.path}/room-types", SUITE).status_code == 201
    assert house.owner.post(f"{house.path}/room-types", SUITE).json["code"] == "too_many_room_types"


def test_a_hotel_that_is_over_stays_as_it_was(house: House, path: str) -> None:
    run("UPDATE hotels SET status = 'closed' WHERE id = :id", id=house.hotel.id)
    before = content()
    answers = [
        house.owner.post(f"{house.path}/room-types", SUITE),
        house.owner.patch(path, {"name": "Suite"}, **{"If-Match": "*"}),
        house.owner.delete(path),
        house.owner.post(f"{house.path}/rooms", {"room_type_id": str(house.hotel.only.id), "numbers": ["9"]}),
        house.owner.patch(f"/rooms/{house.rooms[0]}", {"number": "9"}),
        house.owner.delete(f"/rooms/{house.rooms[0]}"),
    ]
    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(409, "hotel_is_over")}
    assert content() == before


def test_a_list_is_one_statement(house: House, count_statements: Callable[[], Any]) -> None:
    for _ in range(3):
        house.owner.post(f"{house.path}/room-types", SUITE)
    with count_statements() as asked:
        house.owner.get(f"{house.path}/room-types")
    assert len(asked) == 2  # who asks; the types
