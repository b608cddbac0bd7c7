"""A rate plan is retired when nothing is sold under it any more."""

from typing import Any

import pytest

from tests import factories
from tests.api import Api, new_key
from tests.auth import rows
from tests.factories import HotelForTests, in_days
from tests.hotels.people import People, audited, people_of


@pytest.fixture
def hotel(application: Any) -> HotelForTests:
    return factories.hotel({"Deluxe": 3})


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


def book(people: People, hotel: HotelForTests, plan: str = "pay_now", rooms: int = 1, **members: Any) -> dict[str, Any]:
    body = factories.booking_request(hotel, **members)
    body["rooms"] = [body["rooms"][0] | {"rate_plan_id": str(getattr(hotel.only, plan))}] * rooms
    answer = people.guest.post("/bookings", body, key=new_key())
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_plan_nobody_bought_goes(people: People, hotel: HotelForTests) -> None:
    path = f"/rate-plans/{hotel.only.pay_now}"
    assert people.owner.delete(path).status_code == 204
    assert people.owner.get(path).status_code == people.owner.delete(path).status_code == 404
    items = people.owner.get(f"/hotels/{hotel.id}/rate-plans").json["items"]
    assert [plan["id"] for plan in items] == [str(hotel.only.pay_at_hotel)]
    refused = people.guest.post("/bookings", factories.booking_request(hotel), key=new_key())
    assert (refused.status_code, refused.json["code"]) == (422, "unknown_rate")
    assert audited() == [("hotel.edit_rates", "hotel_admin")]


@pytest.mark.parametrize("plan", ["pay_now", "pay_at_hotel"])
def test_holds_and_stays_to_come_are_in_the_way(people: People, hotel: HotelForTests, plan: str) -> None:
    book(people, hotel, plan, rooms=2, nights=3)
    path = f"/rate-plans/{getattr(hotel.only, plan)}"
    people.refused(lambda someone: someone.delete(path), owner=409)
    answer = people.owner.delete(path).json
    assert (answer["code"], answer["count"], answer["until"]) == ("rate_plan_sold", 2, str(in_days(13)))


@pytest.mark.parametrize(
    "over",
    [
        "UPDATE bookings SET status = 'cancelled'",
        "UPDATE bookings SET release_at = now() - interval '1 second'",
        "UPDATE bookings SET status = 'checked_out', stay = daterange(lower(stay) - 20, upper(stay) - 20)",
        "UPDATE bookings SET status = 'confirmed', stay = daterange(lower(stay) - 20, upper(stay) - 20)",
    ],
)
def test_what_is_over_is_not_in_the_way(people: People, hotel: HotelForTests, over: str) -> None:
    book(people, hotel)
    rows.change(over)
    assert people.owner.delete(f"/rate-plans/{hotel.only.pay_now}").status_code == 204


def test_who_may_not(people: People, hotel: HotelForTests) -> None:
    path = f"/rate-plans/{hotel.only.pay_now}"
    people.refused(lambda someone: someone.delete(path), nobody=401, guest=404, other_owner=404, staff=403)
