"""Who comes, and what it costs: children by age, more adults than a price covers, people spread over rooms."""

from typing import Any

import pytest
from flask import Flask

from app.search import queries
from app.search.criteria import Criteria, Sort
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.factories import HotelForTests, in_days
from tests.search.asking import cheapest, found, search

BANDS = '[{"to_age": 4, "price": 0}, {"to_age": 11, "price": 100000}]'


@pytest.fixture
def hotel(application: Flask) -> HotelForTests:
    made = factories.hotel({"Deluxe": 3}, price=1_000_000, occupancy=4)
    rows.change("UPDATE room_types SET base_occupancy = 2")
    rows.change("UPDATE rate_plans SET extra_adult_price = 300000, child_prices = CAST(:bands AS jsonb)", bands=BANDS)
    return made


@pytest.mark.parametrize(
    ("who", "kobo_a_night"),
    [
        ({"adults": 2}, 1_000_000),
        ({"adults": 3}, 1_300_000),
        ({"adults": 2, "child_ages": "3,9"}, 1_100_000),
        ({"adults": 2, "child_ages": "15"}, 1_300_000),
        ({"adults": 2, "children": 1}, 1_300_000),  # of no age: as if he was 17
        ({"adults": 2, "children": 1, "child_ages": "3"}, 1_000_000),
        ({"adults": 3, "rooms": 2, "child_ages": ["9", "3"]}, 2_100_000),
        ({"adults": 5, "rooms": 2}, 2_300_000),
    ],
)
def test_people_cost_what_the_plan_says(api: Api, hotel: HotelForTests, who: dict[str, Any], kobo_a_night: int) -> None:
    assert cheapest(search(api, **who))["total_amount"] == 2 * kobo_a_night


def test_people_are_spread_so_that_no_room_is_fuller_than_it_must_be(api: Api, hotel: HotelForTests) -> None:
    """Seven people in two rooms for four: the room with more adults has fewer children."""
    assert len(found(search(api, adults=3, rooms=2, child_ages="5,5,5"))) == 1
    assert found(search(api, adults=3, rooms=2, child_ages="5,5,5,5,5,5")) == []


def test_prices_asked_for_are_those_of_a_room_with_its_people(api: Api, hotel: HotelForTests) -> None:
    assert found(search(api, adults=3, max_price=1_299_999)) == []
    assert len(found(search(api, adults=3, min_price=1_300_000, max_price=1_300_000))) == 1
    factories.charge()
    assert len(found(search(api, adults=3, min_price=1_300_000, max_price=1_300_000))) == 1


@pytest.mark.parametrize(
    "who", [{"children": 2, "child_ages": "3"}, {"child_ages": "18"}, {"child_ages": "x"}, {"children": "-1"}]
)
def test_ages_that_are_none_are_refused(api: Api, application: Flask, who: dict[str, Any]) -> None:
    answer = search(api, **who)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")


def test_the_same_ages_in_another_order_are_the_same_question() -> None:
    def asked(*ages: int) -> str:
        return Criteria(6.5, 3.4, 5, in_days(10), in_days(12), 2, len(ages), 1, child_ages=ages).question

    assert asked(3, 9) == asked(9, 3) != asked(3, 8)


@pytest.mark.parametrize("sort", list(Sort))
def test_the_usual_question_is_short_enough_for_the_driver_to_remember(sort: Sort) -> None:
    criteria = Criteria(6.5, 3.4, 5, in_days(10), in_days(12), 2, 0, 1, sort=sort)
    assert len(queries._driver_sql(queries.statement(criteria)).encode()) <= 4096
    assert set(queries.parameters(criteria)) == set(queries.BOUND)
