"""Two who set the prices of one plan at once: nothing is lost, and the spans say what the rules say."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app import invariants
from app.core.audit import audit
from app.rates import rule_queries
from tests import factories
from tests.api import Api
from tests.factories import HotelForTests
from tests.hotels.people import People, people_of
from tests.races.crowd import at_once, statuses
from tests.rates.asking import change, prices, set_days, write_spans

pytestmark = pytest.mark.usefixtures("application")
WRITERS = 8


@pytest.fixture
def hotel() -> HotelForTests:
    found = factories.hotel()
    write_spans(found.only.pay_now, found.only.pay_at_hotel)
    return found


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


def write_at_once(people: People, hotel: HotelForTests) -> None:
    """Each writer sets a day of his own."""
    plan_id = hotel.only.pay_now
    calls: list[Callable[[], Any]] = [
        partial(set_days, people.owner, plan_id, 10 + number, 10 + number, price=number + 1)
        for number in range(WRITERS)
    ]
    answers: list[Any] = at_once([*calls, partial(change, people.owner, plan_id, price=6_000_000)])
    assert statuses(answers) == {200: WRITERS + 1}


def broken() -> list[str]:
    return [finding.invariant.name for finding in audit(invariants.ALL) if finding.total]


def test_writers_of_one_plan_lose_nothing(people: People, hotel: HotelForTests) -> None:
    write_at_once(people, hotel)
    expected = [6_000_000, *range(1, WRITERS + 1), 6_000_000]
    assert prices(hotel.only.pay_now, 9, 10 + WRITERS) == expected
    assert broken() == []


def test_control_without_the_lock_they_would(
    people: People, hotel: HotelForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(session: Any, plan_ids: Any) -> Any:
        return [plan for plan, _ in (rule_queries.get_plan(session, plan_id) for plan_id in plan_ids)]

    monkeypatch.setattr(rule_queries, "lock_plans", unlocked)
    at_once(
        [
            partial(set_days, people.owner, hotel.only.pay_now, 10 + number, 10 + number, price=number + 1)
            for number in range(WRITERS)
        ]
    )
    lost = prices(hotel.only.pay_now, 10, 9 + WRITERS) != list(range(1, WRITERS + 1))
    assert lost or broken() == ["spans_are_not_the_rules"]


def test_bulk_edits_that_name_plans_in_another_order_do_not_wait_for_each_other_for_ever(
    people: People, hotel: HotelForTests
) -> None:
    plans = [str(hotel.only.pay_now), str(hotel.only.pay_at_hotel)]
    body = {"from": str(factories.in_days(10)), "to": str(factories.in_days(40))}
    calls = [
        partial(
            people.owner.put,
            f"/hotels/{hotel.id}/rates/days",
            body | {"rate_plan_ids": plans[:: 1 if number % 2 else -1], "price": 1 + number},
        )
        for number in range(6)
    ]
    assert statuses(at_once(calls)) == {200: 6}
    assert prices(hotel.only.pay_now, 10, 40) == prices(hotel.only.pay_at_hotel, 10, 40)
    assert broken() == []
