"""What one hotel offers, and that it agrees with the search and with the price of a booking."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core.columns import new_id
from app.core.db import reading, transaction
from app.rates.quote import RoomWish, quote
from tests import factories
from tests.api import Api
from tests.factories import HotelForTests, in_days
from tests.search.asking import change_spans, cheapest, hold, search, today


def offers(api: Api, hotel: HotelForTests, **query: Any) -> Any:
    usual = {"check_in": in_days(10), "check_out": in_days(12), "adults": 1}
    return api.get(f"/hotels/{hotel.id}/offers", **usual | query)


def plans(answer: Any) -> dict[str, Any]:
    """The offers by rate plan."""
    assert answer.status_code == 200, answer.text
    return {plan["rate_plan_id"]: plan for item in answer.json["items"] for plan in item["rate_plans"]}


def reasons(answer: Any) -> set[str]:
    """Why the offers cannot be booked."""
    return {reason["reason"] for plan in plans(answer).values() for reason in plan["reasons"]}


def test_room_types_under_their_plans_with_each_nights_price(api: Api, count_statements: Callable[[], Any]) -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1}, price=5_000_000)
    hold(hotel.types["Deluxe"].rooms[0])
    search_id = str(new_id())
    with count_statements() as statements:
        answer = offers(api, hotel, search_id=search_id)
    assert (len(statements), answer.json["search_id"], answer.json["nights"]) == (3, search_id, 2)
    deluxe, suite = answer.json["items"]
    assert [(each["room_type"]["name"], each["rooms_left"]) for each in (deluxe, suite)] == [
        ("Deluxe", 1),
        ("Suite", 1),
    ]
    plan = plans(answer)[str(hotel.types["Suite"].pay_now)]
    assert plan["nights"] == [
        {"date": in_days(10).isoformat(), "amount": 10_000_000},
        {"date": in_days(11).isoformat(), "amount": 10_000_000},
    ]
    assert (plan["total_amount"], plan["charges"], plan["currency"]) == (20_000_000, [], "NGN")
    assert (plan["is_sellable"], plan["reasons"], plan["payment_timing"]) == (True, [], "pay_now")


def test_the_policy_is_told_as_instants(api: Api) -> None:
    hotel = factories.hotel(time_zone="Africa/Lagos")
    plan = plans(offers(api, hotel))[str(hotel.only.pay_now)]
    arrival = datetime.combine(in_days(10), datetime.min.time(), UTC) + timedelta(hours=13)
    free = (arrival - timedelta(hours=48)).isoformat().replace("+00:00", "Z")
    assert plan["cancellation"] == {
        "free_until": free,
        "windows": [
            {"starts_at": None, "ends_at": free, "penalty": "none", "value": 0},
            {"starts_at": free, "ends_at": None, "penalty": "nights", "value": 1},
        ],
    }
    soon = plans(offers(api, hotel, check_in=in_days(1), check_out=in_days(2)))[str(hotel.only.pay_now)]
    assert soon["cancellation"]["free_until"] is None


def test_search_offers_and_booking_price_agree(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 3, "Suite": 1}, price=4_321_000)
    shown = cheapest(search(api, rooms=2, adults=3, children=1))
    offered = plans(offers(api, hotel, rooms=2, adults=3, children="7"))[shown["rate_plan_id"]]
    wish = RoomWish(hotel.types["Deluxe"].id, hotel.types["Deluxe"].pay_now, 2, (7,))
    with reading() as session:
        booked = quote(session, hotel.id, in_days(10), in_days(12), [wish, wish])
    assert shown["total_amount"] == offered["total_amount"] == booked.total_amount == 17_284_000
    assert offered["is_sellable"]


def test_what_cannot_be_booked_says_why(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 1}, occupancy=2)
    assert reasons(offers(api, hotel)) == set()
    assert reasons(offers(api, hotel, adults=3)) == {"occupancy_exceeded"}
    assert reasons(offers(api, hotel, children="3,4")) == {"occupancy_exceeded"}
    assert reasons(offers(api, hotel, rooms=2, adults=2)) == {"sold_out"}
    hold(hotel.only.rooms[0])
    assert reasons(offers(api, hotel)) == {"sold_out"}


def test_a_lapsed_hold_leaves_its_room(api: Api) -> None:
    hotel = factories.hotel()
    hold(hotel.only.rooms[0], seconds=-1)
    assert offers(api, hotel).json["items"][0]["rooms_left"] == 1


@pytest.mark.parametrize(
    ("rules", "reason", "on"),
    [
        ({"stop_sell": True}, "stop_sell", [10, 11]),
        ({"closed_to_arrival": True}, "closed_to_arrival", [10]),
        ({"closed_to_departure": True}, "closed_to_departure", [12]),
        ({"min_nights": 3}, "min_nights", [10]),
    ],
)
def test_restrictions_are_told_with_their_dates(api: Api, rules: dict[str, Any], reason: str, on: list[int]) -> None:
    hotel = factories.hotel()
    change_spans(hotel.only.pay_now, **rules)
    offered = plans(offers(api, hotel))
    closed, open_ = offered[str(hotel.only.pay_now)], offered[str(hotel.only.pay_at_hotel)]
    assert closed["reasons"] == [{"reason": reason, "date": in_days(day).isoformat()} for day in on]
    assert (closed["is_sellable"], open_["is_sellable"]) == (False, True)


def test_nights_without_a_price_are_not_sold_and_not_called_too_cheap(api: Api) -> None:
    hotel = factories.hotel()
    with transaction() as session:
        session.execute(text("DELETE FROM rate_spans"))
    offered = plans(offers(api, hotel))[str(hotel.only.pay_now)]
    assert (offered["nights"], offered["total_amount"]) == ([], 0)
    assert [each["reason"] for each in offered["reasons"]] == ["no_price", "no_price"]


def test_what_one_online_payment_cannot_carry_is_sold_for_payment_at_the_hotel(api: Api) -> None:
    hotel = factories.hotel(price=900_000_000)
    offered = plans(offers(api, hotel))
    assert offered[str(hotel.only.pay_now)]["reasons"] == [{"reason": "amount_out_of_range"}]
    assert offered[str(hotel.only.pay_at_hotel)]["is_sellable"] is True


@pytest.mark.parametrize("status", ["draft", "paused", "suspended", "closed"])
def test_hotels_that_do_not_sell_offer_nothing(api: Api, status: str) -> None:
    assert offers(api, factories.hotel(status=status)).status_code == 404


def test_case_65_66_stays_that_are_not_sold_are_refused(api: Api) -> None:
    hotel = factories.hotel(time_zone="Pacific/Kiritimati")
    first = today("Pacific/Kiritimati")
    sold = offers(api, hotel, check_in=first, check_out=first + timedelta(days=1))
    past = offers(api, hotel, check_in=first - timedelta(days=1), check_out=first + timedelta(days=1))
    assert (sold.status_code, past.status_code, past.json["code"]) == (200, 422, "not_on_sale")
    for end in (in_days(10), in_days(9), in_days(41)):
        assert offers(api, hotel, check_out=end).json["code"] == "invalid_stay"


@pytest.mark.parametrize(
    "query",
    [
        {"children": "4,x"},
        {"children": "18"},
        {"children": "-1"},
        {"adults": 0},
        {"search_id": "7"},
        {"lat": 1},
        {"rooms": 10},
    ],
)
def test_case_69_senseless_queries_are_refused(api: Api, query: dict[str, Any]) -> None:
    answer = offers(api, factories.hotel(), **query)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")


def test_ages_come_by_comma_or_repeated(api: Api) -> None:
    hotel = factories.hotel(occupancy=3)
    assert reasons(offers(api, hotel, children="3,4")) == set()
    assert reasons(offers(api, hotel, children=["3", "4", "5"])) == {"occupancy_exceeded"}
