"""Rate plans set up, changed and seen by a hotel's own people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.api import Api, new_key
from tests.factories import HotelForTests, in_days, plan_facts
from tests.hotels.people import People, audited, people_of, rows
from tests.rates.asking import change, etag, next_weekday, prices, spans_of
from tests.search.asking import today

CARNIVAL = {"name": "Carnival", "from": str(in_days(20)), "to": str(in_days(26)), "price": 9_000_000}


@pytest.fixture
def hotel(application: Any) -> HotelForTests:
    return factories.hotel({"Deluxe": 3})


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


def create(people: People, hotel: HotelForTests, **changes: Any) -> Any:
    return people.owner.post(f"/hotels/{hotel.id}/rate-plans", plan_facts(hotel.only.id, **changes))


def events() -> list[dict[str, Any]]:
    return [
        dict(row["payload"])
        for row in rows("SELECT payload FROM hotel_events WHERE name = 'rates_changed' ORDER BY seq")
    ]


def test_a_plan_is_sold_from_today_on(people: People, hotel: HotelForTests) -> None:
    answer = create(people, hotel, seasons=[CARNIVAL], extra_adult_price=1, child_prices=[{"to_age": 5, "price": 0}])
    assert answer.status_code == 201, answer.text
    plan = answer.json
    assert (plan["room_type"], plan["currency"], plan["is_open"]) == ("Deluxe", "NGN", True)
    assert (plan["min_nights"], plan["max_nights"], plan["lead_days"], plan["advance_days"]) == (1, 30, 0, 1000)
    (season,) = plan["seasons"]
    assert season == CARNIVAL | dict.fromkeys(
        ("weekday_prices", "stop_sell", "closed_to_arrival", "closed_to_departure", "min_nights", "max_nights")
    )
    first = today()
    assert spans_of(plan["id"]) == [
        (first, in_days(20), 5_000_000),
        (in_days(20), in_days(27), 9_000_000),
        (in_days(27), first + timedelta(days=403), 5_000_000),
    ]
    (event,) = events()
    assert event["rate_plan_ids"] == [plan["id"]]
    assert (event["from"], event["to"]) == (str(first), str(first + timedelta(days=402)))
    assert audited() == [("hotel.edit_rates", "hotel_admin")]
    (line,) = rows("SELECT before, after FROM audit_log")
    assert (line["before"], line["after"]["name"], line["after"]["seasons"][0]["price"]) == (
        None,
        "Flexible",
        9_000_000,
    )


def test_what_was_created_can_be_booked(people: People, hotel: HotelForTests) -> None:
    plan = create(people, hotel, seasons=[CARNIVAL], payment_timing="pay_at_hotel").json
    body = factories.booking_request(hotel, start=19, nights=2, expected_total=14_000_000)
    body["rooms"][0]["rate_plan_id"] = plan["id"]
    assert people.guest.post("/bookings", body, key=new_key()).status_code == 201


def test_weekdays_cost_what_they_cost(people: People, hotel: HotelForTests) -> None:
    saturdays = [None] * 5 + [7_000_000, None]
    plan = create(people, hotel, weekday_prices=saturdays).json
    saturday = next_weekday(5)
    assert prices(plan["id"], saturday - 1, saturday + 1) == [5_000_000, 7_000_000, 5_000_000]
    assert change(people.owner, plan["id"], weekday_prices=[None] * 7).json["weekday_prices"] is None
    assert len(spans_of(plan["id"])) == 1


def test_changes_write_what_differs_and_are_noted(people: People, hotel: HotelForTests) -> None:
    plan_id = hotel.only.pay_now
    answer = people.owner.patch(
        f"/rate-plans/{plan_id}",
        {"price": 6_000_000, "min_nights": 2},
        **etag(people.owner.get(f"/rate-plans/{plan_id}")),
    )
    assert (answer.status_code, answer.json["price"]) == (200, 6_000_000)
    assert prices(plan_id, 0, 1) == [6_000_000, 6_000_000]
    (line,) = rows("SELECT before, after, subject, hotel_id FROM audit_log")
    assert (line["before"], line["after"]) == (
        {"price": 5_000_000, "min_nights": 1},
        {"price": 6_000_000, "min_nights": 2},
    )
    assert (line["subject"], line["hotel_id"]) == ("rate_plan", hotel.id)
    assert len(events()) == 1


def test_what_changes_nothing_leaves_no_trace(people: People, hotel: HotelForTests) -> None:
    before = people.owner.get(f"/rate-plans/{hotel.only.pay_now}")
    same = change(people.owner, hotel.only.pay_now, price=5_000_000, seasons=[], child_prices=[])
    assert (same.status_code, same.headers["ETag"]) == (200, before.headers["ETag"])
    assert (audited(), events()) == ([], [])


def test_a_stale_reader_changes_nothing(people: People, hotel: HotelForTests) -> None:
    path = f"/rate-plans/{hotel.only.pay_now}"
    read = people.owner.get(path)
    assert people.owner.patch(path, {"price": 6_000_000}, **etag(read)).status_code == 200
    people.refused(lambda someone: someone.patch(path, {"price": 7_000_000}, **etag(read)), owner=412)
    people.refused(lambda someone: someone.patch(path, {"price": 7_000_000}), owner=428)
    assert people.owner.get(path).json["price"] == 6_000_000


def test_a_closed_plan_is_sold_on_no_day_and_opens_again(people: People, hotel: HotelForTests, api: Api) -> None:
    stay = {"check_in": in_days(10), "check_out": in_days(12)}

    def why() -> list[str]:
        offers = api.get(f"/hotels/{hotel.id}/offers", **stay).json["items"][0]["rate_plans"]
        (mine,) = [plan for plan in offers if plan["rate_plan_id"] == str(hotel.only.pay_now)]
        return [reason["reason"] for reason in mine["reasons"]]

    assert change(people.owner, hotel.only.pay_now, is_open=False).json["is_open"] is False
    assert why() == ["stop_sell", "stop_sell"]
    change(people.owner, hotel.only.pay_now, is_open=True)
    assert why() == []


def test_how_long_before_is_told(people: People, hotel: HotelForTests, api: Api) -> None:
    change(people.owner, hotel.only.pay_now, lead_days=11)
    change(people.owner, hotel.only.pay_at_hotel, advance_days=9)
    offers = api.get(f"/hotels/{hotel.id}/offers", check_in=in_days(10), check_out=in_days(12)).json["items"][0][
        "rate_plans"
    ]
    told = {plan["payment_timing"]: plan["reasons"] for plan in offers}
    assert told == {
        "pay_now": [{"reason": "lead_time", "date": str(in_days(10))}],
        "pay_at_hotel": [{"reason": "advance_limit", "date": str(in_days(10))}],
    }
    refused = people.guest.post("/bookings", factories.booking_request(hotel), key=new_key())
    assert (refused.status_code, refused.json["reasons"][0]["reason"]) == (422, "lead_time")


def test_seasons_of_one_plan_share_no_day(people: People, hotel: HotelForTests) -> None:
    touching = CARNIVAL | {"name": "After", "from": str(in_days(27)), "to": str(in_days(30))}
    overlapping = touching | {"from": str(in_days(26))}
    wrong = create(people, hotel, seasons=[CARNIVAL, overlapping])
    assert (wrong.status_code, wrong.json["code"]) == (409, "seasons_overlap")
    path = f"/rate-plans/{hotel.only.pay_now}"
    people.refused(
        lambda someone: someone.patch(path, {"seasons": [CARNIVAL, overlapping]}, **{"If-Match": "*"}), owner=409
    )
    assert len(change(people.owner, hotel.only.pay_now, seasons=[CARNIVAL, touching]).json["seasons"]) == 2
    assert len(change(people.owner, hotel.only.pay_at_hotel, seasons=[CARNIVAL]).json["seasons"]) == 1
    assert change(people.owner, hotel.only.pay_now, seasons=[touching]).json["seasons"][0]["name"] == "After"


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0},
        {"price": -1},
        {"price": 1.5},
        {"windows": []},
        {"windows": [{"until_hours_before": None, "penalty": "percent", "value": 101}]},
        {"windows": [{"until_hours_before": 24, "penalty": "none", "value": 0}]},
        {"windows": factories.FLEXIBLE[::-1]},
        {"weekday_prices": [1, 2]},
        {"weekday_prices": [0] * 7},
        {"child_prices": [{"to_age": 5, "price": 1}, {"to_age": 5, "price": 2}]},
        {"child_prices": [{"to_age": 18, "price": 1}]},
        {"extra_adult_price": -1},
        {"min_nights": 31},
        {"min_nights": 0},
        {"lead_days": -1},
        {"seasons": [CARNIVAL | {"from": CARNIVAL["to"], "to": CARNIVAL["from"]}]},
        {"seasons": [CARNIVAL | {"from": "9999-12-31", "to": "9999-12-31"}]},
        {"seasons": [CARNIVAL | {"price": 0}]},
        {"meals": "brunch"},
        {"currency": "USD"},
        {"hotel_id": "7"},
    ],
)
def test_what_is_no_plan_is_refused(people: People, hotel: HotelForTests, wrong: dict[str, Any]) -> None:
    answer = create(people, hotel, **wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_nights": 5, "max_nights": 4},
        {"lead_days": 10, "advance_days": 9},
        {"seasons": [CARNIVAL | {"min_nights": 5, "max_nights": 4}]},
    ],
)
def test_at_least_is_not_more_than_at_most(people: People, hotel: HotelForTests, wrong: dict[str, Any]) -> None:
    answer = create(people, hotel, **wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "rules_disagree")
    refused = change(people.owner, hotel.only.pay_now, **wrong)
    assert (refused.status_code, refused.json["code"]) == (422, "rules_disagree")


def test_a_plan_is_of_a_living_room_type_of_this_hotel(people: People, hotel: HotelForTests) -> None:
    answer = create(people, hotel, room_type_id=str(factories.hotel().only.id))
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_room_type")


def test_who_may_not(people: People, hotel: HotelForTests) -> None:
    path, body = f"/rate-plans/{hotel.only.pay_now}", plan_facts(hotel.only.id)
    strangers = {"nobody": 401, "guest": 404, "other_owner": 404}
    people.refused(lambda someone: someone.post(f"/hotels/{hotel.id}/rate-plans", body), staff=403, **strangers)
    people.refused(lambda someone: someone.patch(path, {"price": 1}, **{"If-Match": "*"}), staff=403, **strangers)
    people.refused(lambda someone: someone.get(path), **strangers)
    assert people.staff.get(path).status_code == people.platform.get(path).status_code == 200


def test_lists_ask_the_same_however_many_plans_there_are(
    people: People, hotel: HotelForTests, count_statements: Callable[[], Any]
) -> None:
    for number in range(4):
        create(people, hotel, name=f"Plan {number}", seasons=[CARNIVAL])
    with count_statements() as statements:
        items = people.staff.get(f"/hotels/{hotel.id}/rate-plans").json["items"]
    assert ([len(plan["seasons"]) for plan in items], len(statements)) == ([0, 0, 1, 1, 1, 1], 4)
    assert people.staff.get(f"/rate-plans/{items[0]['id']}").json == items[0]
