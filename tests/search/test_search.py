"""What a search finds and leaves out, what it costs and says."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from app.core.db import reading, transaction
from app.rates.models import RatePlan
from app.rooms.models import Room
from app.search.models import SearchLog
from tests import factories
from tests.api import Api
from tests.factories import in_days
from tests.search.asking import change_spans, cheapest, found, hold, search

IKOYI = (6.4520, 3.4350)
NON_REFUNDABLE = [{"until_hours_before": None, "penalty": "percent", "value": 100}]


def log_rows() -> list[SearchLog]:
    with reading() as session:
        return list(session.scalars(select(SearchLog)))


def set_windows(plan_id: UUID, windows: list[dict[str, Any]]) -> None:
    with transaction() as session:
        session.execute(update(RatePlan).where(RatePlan.id == plan_id).values(windows=windows))


def test_hotels_come_nearest_first_with_distance_price_and_place(api: Api) -> None:
    factories.hotel(name="Far", at=IKOYI)
    near = factories.hotel(name="Near", price=5_000_000, stars=5, district="Victoria Island")
    answer = search(api)
    assert found(answer) == ["Near", "Far"]
    assert (answer.json["page"], answer.json["has_more"]) == (1, False)
    first, second = answer.json["items"]
    assert (first["distance_m"], second["distance_m"]) == (0, 3014)
    assert first["hotel"] == {
        "id": str(near.id),
        "slug": first["hotel"]["slug"],
        "name": "Near",
        "stars": 5,
        "city": "Lagos",
        "district": "Victoria Island",
        "location": {"lat": 6.4281, "lon": 3.4219},
    }
    assert first["cheapest"] == {
        "room_type_id": str(near.only.id),
        "rate_plan_id": str(near.only.pay_now),
        "room_type": "Deluxe",
        "name": "Flexible",
        "total_amount": 10_000_000,
        "nightly_amount": 5_000_000,
        "currency": "NGN",
        "payment_timing": "pay_now",
        "free_cancellation": True,
    }


def test_two_statements_find_hotels_and_log_the_search(api: Api, count_statements: Callable[[], Any]) -> None:
    for _ in range(3):
        factories.hotel({"Deluxe": 2, "Suite": 1})
    guest = factories.person()
    with count_statements() as statements:
        answer = search(api, adults=2, children=1)
    assert (len(statements), len(found(answer))) == (2, 3)
    (logged,) = log_rows()
    assert str(logged.id) == answer.json["search_id"]
    assert (logged.latitude, logged.longitude, logged.radius_km) == (6.4281, 3.4219, 10)
    assert (logged.adults, logged.children, logged.rooms, logged.found, logged.user_id) == (2, 1, 1, 3, None)
    known = api.as_(guest)
    with count_statements() as statements:
        search(known)
    assert (len(statements), [row.user_id for row in log_rows() if row.user_id]) == (2, [guest.id])


def test_a_log_that_cannot_be_written_fails_no_search(api: Api) -> None:
    factories.hotel(name="Near")
    with transaction() as session:
        session.execute(text("ALTER TABLE search_log RENAME TO search_log_away"))
    try:
        answer = search(api)
    finally:
        with transaction() as session:
            session.execute(text("ALTER TABLE search_log_away RENAME TO search_log"))
    assert found(answer) == ["Near"]
    assert log_rows() == []


def test_the_radius_is_a_true_distance(api: Api) -> None:
    factories.hotel(name="Ikoyi", at=IKOYI)
    assert found(search(api, radius_km=3.014)) == []
    assert found(search(api, radius_km=3.015)) == ["Ikoyi"]


@pytest.mark.parametrize("status", ["draft", "paused", "suspended", "closed"])
def test_only_active_hotels_are_found(api: Api, status: str) -> None:
    factories.hotel(status=status)
    assert found(search(api)) == []


def test_taken_rooms_make_a_hotel_vanish_and_lapsed_holds_bring_it_back(api: Api) -> None:
    hotel = factories.hotel(name="Near")
    hold(hotel.only.rooms[0], seconds=-1)
    assert found(search(api)) == ["Near"]
    with transaction() as session:
        session.execute(text("DELETE FROM allocations"))
    hold(hotel.only.rooms[0], seconds=60)
    assert found(search(api)) == []
    assert found(search(api, check_in=in_days(12), check_out=in_days(14))) == ["Near"]
    assert found(search(api, check_in=in_days(11), check_out=in_days(14))) == []


def test_enough_free_rooms_of_one_type_are_needed(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1}, name="Near", price=5_000_000)
    assert cheapest(search(api, rooms=2, adults=2))["total_amount"] == 20_000_000
    assert found(search(api, rooms=3, adults=3)) == []
    hold(hotel.types["Deluxe"].rooms[1])
    assert found(search(api, rooms=2, adults=2)) == []
    assert cheapest(search(api, rooms=1))["room_type"] == "Deluxe"
    hold(hotel.types["Deluxe"].rooms[0])
    plan = cheapest(search(api, rooms=1))
    assert (plan["room_type"], plan["total_amount"]) == ("Suite", 20_000_000)


def test_retired_rooms_are_no_rooms(api: Api) -> None:
    hotel = factories.hotel()
    with transaction() as session:
        session.execute(update(Room).where(Room.id == hotel.only.rooms[0]).values(retired_at=func.now()))
    assert found(search(api)) == []


@pytest.mark.parametrize(
    ("adults", "children", "rooms", "count"),
    [(3, 0, 1, 1), (4, 0, 1, 0), (1, 2, 1, 1), (1, 3, 1, 0), (6, 0, 2, 1), (7, 0, 2, 0), (2, 4, 2, 1), (5, 2, 2, 0)],
)
def test_guests_are_spread_evenly_over_the_rooms(api: Api, adults: int, children: int, rooms: int, count: int) -> None:
    factories.hotel({"Deluxe": 2}, occupancy=3)
    assert len(found(search(api, adults=adults, children=children, rooms=rooms))) == count


def test_filters_narrow_what_is_found(api: Api) -> None:
    factories.hotel(name="Three", stars=3, price=3_000_000)
    factories.hotel(name="Four", stars=4, price=6_000_000, at=(6.4282, 3.4219))
    factories.hotel(name="Five", stars=5, price=9_000_000, at=(6.4283, 3.4219))
    assert found(search(api, stars="3,5")) == ["Three", "Five"]
    assert found(search(api, stars=["4", "5"])) == ["Four", "Five"]
    assert found(search(api, min_price=3_000_001)) == ["Four", "Five"]
    assert found(search(api, max_price=6_000_000)) == ["Three", "Four"]
    assert found(search(api, min_price=6_000_000, max_price=6_000_000, stars=4)) == ["Four"]
    assert found(search(api, min_price=1_000_000_000_000)) == []


def test_a_price_filter_looks_at_other_plans_of_the_hotel_too(api: Api) -> None:
    factories.hotel({"Deluxe": 1, "Suite": 1}, price=3_000_000)
    assert cheapest(search(api, min_price=4_000_000))["room_type"] == "Suite"


def test_pay_at_hotel_and_free_cancellation_choose_the_plan(api: Api) -> None:
    hotel = factories.hotel(price=5_000_000)
    set_windows(hotel.only.pay_now, NON_REFUNDABLE)
    assert cheapest(search(api))["free_cancellation"] is False
    assert cheapest(search(api, pay_at_hotel=True))["rate_plan_id"] == str(hotel.only.pay_at_hotel)
    assert cheapest(search(api, free_cancellation=True))["rate_plan_id"] == str(hotel.only.pay_at_hotel)
    assert len(found(search(api, free_cancellation=False, pay_at_hotel=False))) == 1


def test_cancellation_that_is_no_longer_free_does_not_count(api: Api) -> None:
    factories.hotel()
    tomorrow = {"check_in": in_days(1), "check_out": in_days(2)}
    assert cheapest(search(api, **tomorrow))["free_cancellation"] is False
    assert found(search(api, **tomorrow, free_cancellation=True)) == []
    assert len(found(search(api, free_cancellation=True))) == 1


@pytest.mark.parametrize(
    "rules",
    [
        {"stop_sell": True},
        {"closed_to_arrival": True},
        {"closed_to_departure": True},
        {"min_nights": 3},
        {"max_nights": 1},
    ],
)
def test_restrictions_keep_a_plan_out(api: Api, rules: dict[str, Any]) -> None:
    hotel = factories.hotel()
    change_spans(hotel.only.pay_now, **rules)
    assert cheapest(search(api))["rate_plan_id"] == str(hotel.only.pay_at_hotel)
    change_spans(hotel.only.pay_at_hotel, **rules)
    assert found(search(api)) == []


def test_what_one_online_payment_cannot_carry_is_shown_for_payment_at_the_hotel(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2}, price=300_000_000)
    assert cheapest(search(api))["payment_timing"] == "pay_now"
    plan = cheapest(search(api, rooms=2, adults=2))
    assert (plan["rate_plan_id"], plan["total_amount"]) == (str(hotel.only.pay_at_hotel), 1_200_000_000)


def test_the_cheapest_come_first_when_asked_for(api: Api) -> None:
    for name, price, north in (
        ("Middle", 5_000_000, 0),
        ("Dear", 9_000_000, 1),
        ("Cheap", 2_000_000, 3),
        ("Twin", 5_000_000, 2),
    ):
        factories.hotel(name=name, price=price, at=(6.4281 + north / 1000, 3.4219))
    assert found(search(api, sort="price")) == ["Cheap", "Middle", "Twin", "Dear"]
    assert found(search(api, sort="distance")) == ["Middle", "Dear", "Twin", "Cheap"]


def test_pages_follow_each_other_without_gaps_or_repeats(api: Api) -> None:
    for number in range(45):
        factories.hotel(name=str(number), at=(6.4281 + number / 1000, 3.4219))
    pages = [search(api, page=page) for page in (1, 2, 3, 4)]
    assert [len(found(page)) for page in pages] == [20, 20, 5, 0]
    assert [page.json["has_more"] for page in pages] == [True, True, False, False]
    assert [name for page in pages for name in found(page)] == [str(number) for number in range(45)]


def test_a_page_that_is_just_full_is_the_last(api: Api) -> None:
    for number in range(20):
        factories.hotel(name=str(number), at=(6.4281 + number / 1000, 3.4219))
    assert search(api).json["has_more"] is False
