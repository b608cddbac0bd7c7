"""Each day the last day that is sold moves on; and spans are only written where they differ."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.core.db import transaction
from app.rates import rule_queries
from app.rates.service import extend
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.factories import in_days
from tests.hotels.people import rows as found
from tests.rates.asking import cut_spans, spans_of, write_spans
from tests.search.asking import search, today

pytestmark = pytest.mark.usefixtures("application")


def test_spans_are_written_on_to_the_last_day_that_is_sold(run_jobs: Callable[[], int]) -> None:
    hotel = factories.hotel()
    write_spans(hotel.only.pay_now, hotel.only.pay_at_hotel)
    cut_spans(390)
    rows.change(
        "INSERT INTO rate_days (rate_plan_id, day, price) VALUES (:id, :day, 7)",
        id=hotel.only.pay_now,
        day=in_days(395),
    )
    extend.order()
    assert run_jobs() == 1
    first, last = today(), today() + timedelta(days=403)
    assert spans_of(hotel.only.pay_now) == [
        (first, in_days(395), 5_000_000),
        (in_days(395), in_days(396), 7),
        (in_days(396), last, 5_000_000),
    ]
    assert spans_of(hotel.only.pay_at_hotel) == [(first, last, 5_000_000)]
    assert extend.extend() == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_case_66_the_last_day_is_counted_from_the_hotels_today(zone: str) -> None:
    hotel = factories.hotel(time_zone=zone)
    rows.change("DELETE FROM rate_spans")
    assert extend.extend() == 2
    ((first, end, _),) = spans_of(hotel.only.pay_now)
    assert (first, end) == (today(zone), today(zone) + timedelta(days=403))


def test_plans_in_batches_but_for_the_retired_and_those_whose_rules_are_written_just_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extend, "BATCH", 2)
    types = factories.hotel({"A": 1, "B": 1, "C": 1}).types
    cut_spans(100)
    busy, retired = types["A"].pay_now, types["B"].pay_now
    rows.change("UPDATE rate_plans SET retired_at = now() WHERE id = :id", id=retired)
    with transaction() as session:
        rule_queries.lock_plans(session, [busy])
        assert _elsewhere(extend.extend) == 4
    assert {len(spans_of(plan_id)) for plan_id in (busy, retired)} == {1}
    assert spans_of(busy)[0][1] == in_days(100)
    assert extend.extend() == 1


def _elsewhere(call: Callable[[], Any]) -> Any:
    """In a thread, as a worker would run it beside us."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def test_the_day_on_which_the_last_guest_leaves_is_written_too(api: Api) -> None:
    hotel = factories.hotel()
    rows.change("UPDATE rate_plans SET closed_to_departure = true")
    write_spans(hotel.only.pay_now, hotel.only.pay_at_hotel)
    last = today() + timedelta(days=400)
    offers = api.get(f"/hotels/{hotel.id}/offers", check_in=last - timedelta(days=1), check_out=last).json["items"][0][
        "rate_plans"
    ]
    assert [plan["reasons"] for plan in offers] == [[{"reason": "closed_to_departure", "date": str(last)}]] * 2
    assert search(api, check_in=last - timedelta(days=1), check_out=last).json["items"] == []


def test_what_is_right_is_left_alone() -> None:
    hotel = factories.hotel()
    write_spans(hotel.only.pay_now)
    rows.change(
        "INSERT INTO rate_days (rate_plan_id, day, price) VALUES (:id, :day, 7)", id=hotel.only.pay_now, day=in_days(9)
    )
    write_spans(hotel.only.pay_now)
    ids = "SELECT id FROM rate_spans WHERE rate_plan_id = :id ORDER BY days"
    before = found(ids, id=hotel.only.pay_now)
    write_spans(hotel.only.pay_now)
    assert found(ids, id=hotel.only.pay_now) == before
    rows.change("UPDATE rate_days SET price = 8")
    write_spans(hotel.only.pay_now)
    after = found(ids, id=hotel.only.pay_now)
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_a_span_that_began_before_today_stays_while_it_is_right() -> None:
    hotel = factories.hotel()
    end = today() + timedelta(days=403)
    rows.change("UPDATE rate_spans SET days = daterange(:first, :end)", first=in_days(-20), end=end)
    write_spans(hotel.only.pay_now)
    assert spans_of(hotel.only.pay_now) == [(in_days(-20), end, 5_000_000)]
