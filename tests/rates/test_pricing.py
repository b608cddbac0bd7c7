"""What a stay costs and what stands in its way, over spans alone."""

from datetime import date, timedelta

import pytest

from app.rates.errors import StayInvalid
from app.rates.pricing import (
    Capacity,
    Obstacle,
    Reason,
    Span,
    fits,
    is_on_sale,
    is_payable,
    nights_of,
    obstacles,
    price_nights,
)

MONDAY = date(2027, 3, 1)


def day(number: int) -> date:
    """Day 0 is the Monday of arrival."""
    return MONDAY + timedelta(days=number)


def span(first: int, end: int, price: int = 100, **rules: object) -> Span:
    return Span(day(first), day(end), price, **rules)


def test_nights_exclude_the_day_of_departure() -> None:
    assert nights_of(day(0), day(2)) == (day(0), day(1))


@pytest.mark.parametrize("count", [0, -1, 31])
def test_case_65_a_stay_has_one_to_thirty_nights(count: int) -> None:
    with pytest.raises(StayInvalid):
        nights_of(day(0), day(count))


def test_thirty_nights_are_a_stay() -> None:
    assert len(nights_of(day(0), day(30))) == 30


def test_each_night_is_priced_by_the_span_that_covers_it() -> None:
    spans = (span(-5, 1, 100), span(1, 2, 250), span(2, 9, 70))
    assert price_nights(spans, nights_of(day(0), day(4))) == ((day(0), 100), (day(1), 250), (day(2), 70), (day(3), 70))


def test_nights_without_a_span_are_named() -> None:
    spans = (span(0, 1), span(3, 9))
    missing = (Obstacle(Reason.NO_PRICE, day(1)), Obstacle(Reason.NO_PRICE, day(2)))
    assert obstacles(spans, nights_of(day(0), day(4))) == missing


def test_nothing_stands_in_the_way_of_a_plain_stay() -> None:
    assert obstacles((span(-1, 9),), nights_of(day(0), day(3))) == ()


def test_stop_sell_counts_on_nights_but_not_on_the_day_of_departure() -> None:
    spans = (span(0, 2), span(2, 3, stop_sell=True), span(3, 9))
    assert obstacles(spans, nights_of(day(0), day(2))) == ()
    assert obstacles(spans, nights_of(day(0), day(3))) == (Obstacle(Reason.STOP_SELL, day(2)),)


def test_closed_to_arrival_counts_on_the_day_of_arrival_alone() -> None:
    spans = (span(0, 1), span(1, 2, closed_to_arrival=True), span(2, 9))
    assert obstacles(spans, nights_of(day(0), day(3))) == ()
    assert obstacles(spans, nights_of(day(1), day(3))) == (Obstacle(Reason.CLOSED_TO_ARRIVAL, day(1)),)


def test_closed_to_departure_counts_on_the_day_of_departure_alone() -> None:
    spans = (span(0, 2), span(2, 3, closed_to_departure=True), span(3, 9))
    assert obstacles(spans, nights_of(day(0), day(3))) == ()
    assert obstacles(spans, nights_of(day(0), day(2))) == (Obstacle(Reason.CLOSED_TO_DEPARTURE, day(2)),)


@pytest.mark.parametrize(("nights", "reason"), [(1, Reason.MIN_NIGHTS), (5, Reason.MAX_NIGHTS)])
def test_least_and_most_nights_are_those_of_the_day_of_arrival(nights: int, reason: Reason) -> None:
    spans = (span(0, 1, min_nights=2, max_nights=4), span(1, 9))
    assert obstacles(spans, nights_of(day(0), day(nights))) == (Obstacle(reason, day(0)),)
    assert obstacles(spans, nights_of(day(1), day(1 + nights))) == ()


@pytest.mark.parametrize(
    ("adults", "children", "expected"), [(2, 1, True), (3, 0, False), (1, 2, True), (1, 3, False), (2, 2, False)]
)
def test_rooms_hold_so_many_adults_children_and_people(adults: int, children: int, expected: bool) -> None:
    assert fits(Capacity(max_adults=2, max_children=2, max_occupancy=3), adults, children) is expected


@pytest.mark.parametrize(
    ("first", "end", "expected"), [(0, 1, True), (-1, 1, False), (399, 400, True), (399, 401, False)]
)
def test_nights_are_sold_from_today_on(first: int, end: int, expected: bool) -> None:
    assert is_on_sale(MONDAY, 400, day(first), day(end)) is expected


@pytest.mark.parametrize(("kobo", "expected"), [(9_999, False), (10_000, True), (10**9, True), (10**9 + 1, False)])
def test_one_payment_carries_100_to_10_000_000_naira(kobo: int, expected: bool) -> None:
    assert is_payable(kobo) is expected
