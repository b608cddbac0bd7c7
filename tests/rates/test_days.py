"""Prices and restrictions of single days: one plan or many, all or nothing, in few statements."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.factories import HotelForTests, in_days
from tests.hotels.people import People, people_of, rows
from tests.rates.asking import change, next_weekday, prices, runs, set_days, spans_of, write_spans

BASE = 5_000_000


@pytest.fixture
def hotel(application: Any) -> HotelForTests:
    return factories.hotel({"Deluxe": 3})


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


def bulk(api: Api, hotel: HotelForTests, first: int, last: int, **told: Any) -> Any:
    plans = told.pop("rate_plan_ids", [str(hotel.only.pay_now), str(hotel.only.pay_at_hotel)])
    body = {"from": str(in_days(first)), "to": str(in_days(last)), "rate_plan_ids": plans} | told
    return api.put(f"/hotels/{hotel.id}/rates/days", body)


def own_days() -> int:
    return int(rows("SELECT count(*) AS number FROM rate_days")[0]["number"])


def test_days_are_set_and_told_with_who_says_what(people: People, hotel: HotelForTests) -> None:
    plan_id = hotel.only.pay_now
    season = {"name": "Easter", "from": str(in_days(12)), "to": str(in_days(20)), "price": 8_000_000, "min_nights": 2}
    change(people.owner, plan_id, seasons=[season])
    answer = set_days(people.owner, plan_id, 11, 12, price=9_000_000, stop_sell=True)
    assert answer.status_code == 200, answer.text
    assert answer.json["items"] == runs(people.staff, plan_id, 11, 12)
    told = [
        (
            run["from"],
            run["to"],
            run["price"],
            run["min_nights"],
            run["season"],
            run["sources"]["price"],
            run["sources"]["min_nights"],
        )
        for run in runs(people.staff, plan_id, 10, 14)
    ]
    assert told == [
        (str(in_days(10)), str(in_days(10)), BASE, 1, None, "base", "plan"),
        (str(in_days(11)), str(in_days(11)), 9_000_000, 1, None, "day", "plan"),
        (str(in_days(12)), str(in_days(12)), 9_000_000, 2, "Easter", "day", "season"),
        (str(in_days(13)), str(in_days(14)), 8_000_000, 2, "Easter", "season", "season"),
    ]
    assert prices(plan_id, 10, 13) == [BASE, 9_000_000, 9_000_000, 8_000_000]


def test_null_takes_back_and_what_is_left_out_stays(people: People, hotel: HotelForTests) -> None:
    plan_id = hotel.only.pay_now
    set_days(people.owner, plan_id, 10, 12, price=9_000_000, min_nights=3)
    set_days(people.owner, plan_id, 11, 11, price=None)
    assert [(run["price"], run["min_nights"]) for run in runs(people.staff, plan_id, 10, 12)] == [
        (9_000_000, 3),
        (BASE, 3),
        (9_000_000, 3),
    ]
    set_days(people.owner, plan_id, 10, 12, price=None, min_nights=None)
    assert own_days() == 0
    assert [run["sources"]["price"] for run in runs(people.staff, plan_id, 10, 12)] == ["base"]
    assert prices(plan_id, 9, 13) == [BASE] * 5


def test_several_plans_on_their_weekdays_in_one_call(people: People, hotel: HotelForTests) -> None:
    friday = next_weekday(4)
    answer = bulk(people.owner, hotel, friday, friday + 13, weekdays=[5, 6], change={"percent": 10})
    assert answer.status_code == 200, answer.text
    assert sorted(answer.json["items"], key=lambda one: one["rate_plan_id"]) == [
        {"rate_plan_id": str(plan_id), "days_changed": 4}
        for plan_id in sorted((hotel.only.pay_now, hotel.only.pay_at_hotel))
    ]
    for plan_id in (hotel.only.pay_now, hotel.only.pay_at_hotel):
        weekend = [5_500_000, 5_500_000] + [BASE] * 5
        assert prices(plan_id, friday, friday + 13) == weekend * 2
    assert bulk(people.owner, hotel, friday, friday, change={"amount": -500_001}).status_code == 200
    assert prices(hotel.only.pay_now, friday, friday) == [4_999_999]


def test_one_line_of_the_record_and_one_event_a_call(people: People, hotel: HotelForTests) -> None:
    set_days(people.owner, hotel.only.pay_now, 10, 10, price=1)
    bulk(people.owner, hotel, 10, 12, price=7_000_000)
    plans = [str(hotel.only.pay_now), str(hotel.only.pay_at_hotel)]
    lines = rows("SELECT subject, before, after FROM audit_log ORDER BY id")
    assert [line["subject"] for line in lines] == ["rate_plan", "hotel"]
    days = {"from": str(in_days(10)), "to": str(in_days(12))}
    assert lines[1]["after"] == {plan_id: [days | {"price": 7_000_000}] for plan_id in plans}
    assert lines[1]["before"][plans[1]] == [days]
    assert lines[1]["before"][plans[0]] == [
        {"from": str(in_days(10)), "to": str(in_days(10)), "price": 1},
        {"from": str(in_days(11)), "to": str(in_days(12))},
    ]
    told = rows("SELECT payload FROM hotel_events WHERE name = 'rates_changed' ORDER BY seq")
    assert [one["payload"]["rate_plan_ids"] for one in told] == [plans[:1], plans]
    assert (told[1]["payload"]["from"], told[1]["payload"]["to"]) == (days["from"], days["to"])


def test_what_changes_nothing_leaves_no_trace(people: People, hotel: HotelForTests) -> None:
    people.refused(lambda someone: set_days(someone, hotel.only.pay_now, 10, 12, price=None), owner=200)


def test_all_or_nothing(people: People, hotel: HotelForTests) -> None:
    set_days(people.owner, hotel.only.pay_at_hotel, 12, 12, price=100)
    codes = []
    for told in (
        {"change": {"amount": -100}},
        {"change": {"amount": -200}},
        {"change": {"amount": 1_000_000_000_000}},
        {"price": 1, "rate_plan_ids": [str(hotel.only.pay_now), str(factories.hotel().only.pay_now)]},
    ):
        people.refused(partial(bulk, hotel=hotel, first=10, last=12, **told), owner=422)
        codes.append(bulk(people.owner, hotel, 10, 12, **told).json["code"])
    assert codes == ["price_not_positive"] * 3 + ["unknown_rate_plans"]


def test_minimum_and_maximum_of_a_day_agree(people: People, hotel: HotelForTests) -> None:
    set_days(people.owner, hotel.only.pay_now, 10, 10, min_nights=5)
    people.refused(lambda someone: set_days(someone, hotel.only.pay_now, 9, 12, max_nights=4), owner=422)
    assert set_days(people.owner, hotel.only.pay_now, 9, 12, max_nights=4).json["code"] == "rules_disagree"


@pytest.mark.parametrize("days", [(-2, 3), (10, 731), (731, 732)])
def test_days_are_set_from_today_on_for_two_years(people: People, hotel: HotelForTests, days: tuple[int, int]) -> None:
    people.refused(lambda someone: set_days(someone, hotel.only.pay_now, *days, price=1), owner=422)


def test_days_beyond_those_sold_wait_for_their_turn(people: People, hotel: HotelForTests) -> None:
    write_spans(hotel.only.pay_now)
    assert set_days(people.owner, hotel.only.pay_now, 398, 700, price=7_000_000).status_code == 200
    assert prices(hotel.only.pay_now, 396, 405) == [BASE] * 2 + [7_000_000] * 5 + [None] * 3
    assert runs(people.staff, hotel.only.pay_now, 600, 601)[0]["price"] == 7_000_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0},
        {"price": -100},
        {},
        {"price": 1, "change": {"percent": 1}},
        {"change": {}},
        {"change": {"percent": 1, "amount": 1}},
        {"change": {"percent": -100}},
        {"price": 1, "weekdays": [0]},
        {"price": 1, "weekdays": [8]},
        {"min_nights": 31},
        {"stop_sell": "yes"},
        {"price": 1, "to": str(in_days(9))},
        {"price": 1, "from": "2027-02-30"},
        {"windows": []},
    ],
)
def test_what_is_no_edit_is_refused(people: People, hotel: HotelForTests, wrong: dict[str, Any]) -> None:
    people.refused(lambda someone: set_days(someone, hotel.only.pay_now, 10, 12, **wrong), owner=422)


def test_the_same_plan_is_named_once(people: People, hotel: HotelForTests) -> None:
    twice = [str(hotel.only.pay_now)] * 2
    assert bulk(people.owner, hotel, 10, 12, price=1, rate_plan_ids=twice).json["code"] == "validation_error"
    assert bulk(people.owner, hotel, 10, 12, price=1, rate_plan_ids=[]).json["code"] == "validation_error"


def test_who_may_not(people: People, hotel: HotelForTests) -> None:
    strangers = {"nobody": 401, "guest": 404, "other_owner": 404, "staff": 403}
    people.refused(lambda someone: set_days(someone, hotel.only.pay_now, 10, 12, price=1), **strangers)
    people.refused(lambda someone: bulk(someone, hotel, 10, 12, price=1), **strangers)


def test_a_year_of_many_plans_asks_no_more_than_a_day_of_one(
    people: People, hotel: HotelForTests, count_statements: Callable[[], Any]
) -> None:
    many = [factories.rate_plan(hotel.id, hotel.only.id) for _ in range(6)]
    with count_statements() as one:
        assert bulk(people.owner, hotel, 10, 10, price=1, rate_plan_ids=[str(many[0])]).status_code == 200
    with count_statements() as all_of_them:
        answer = bulk(people.owner, hotel, 1, 365, price=2, rate_plan_ids=[str(plan_id) for plan_id in many])
    assert [item["days_changed"] for item in answer.json["items"]] == [365] * 6
    assert len(one) == len(all_of_them) == 9
    assert all(len(spans_of(plan_id)) <= 3 for plan_id in many)
