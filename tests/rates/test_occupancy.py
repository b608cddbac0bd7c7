"""Who sleeps where, and what more people cost: in Python and, for the search, in SQL."""

from collections.abc import Sequence

import orjson
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.db import reading
from app.rates.occupancy import Party, PeoplePrices, spread

EXTRAS = text("SELECT extras_a_night(CAST(:parties AS jsonb), :base, :extra, CAST(:bands AS jsonb))")
BANDS = ((2, 0), (11, 300))


@pytest.mark.parametrize(
    ("adults", "children", "rooms", "expected"),
    [
        (2, (), 1, [Party(2)]),
        (3, (), 2, [Party(2), Party(1)]),
        (3, (4,), 2, [Party(2), Party(1, (4,))]),
        (2, (4, 9, 1), 2, [Party(1, (4,)), Party(1, (9, 1))]),
        (1, (), 3, [Party(1), Party(1), Party(1)]),
        (5, (7, 7, 7, 7), 3, [Party(2, (7,)), Party(2, (7,)), Party(1, (7, 7))]),
    ],
)
def test_people_are_spread_evenly(adults: int, children: tuple[int, ...], rooms: int, expected: list[Party]) -> None:
    assert spread(adults, children, rooms) == tuple(expected)


@given(st.integers(1, 36), st.lists(st.integers(0, 17), max_size=27), st.integers(1, 9))
def test_nobody_is_lost_and_no_room_is_much_fuller(adults: int, children: list[int], rooms: int) -> None:
    parties = spread(adults, children, rooms)
    assert sum(party.adults for party in parties) == max(adults, rooms)
    assert sorted(age for party in parties for age in party.children) == sorted(children)
    for counts in ([party.adults for party in parties], [len(party.children) for party in parties]):
        assert max(counts) - min(counts) <= 1
    assert parties == spread(adults, children[::-1], rooms)


@pytest.mark.parametrize(
    ("prices", "party", "kobo"),
    [
        (PeoplePrices(2), Party(4, (3,)), 0),
        (PeoplePrices(2, 500), Party(2), 0),
        (PeoplePrices(2, 500), Party(1, (3,)), 0),  # without bands a child counts as an adult
        (PeoplePrices(2, 500), Party(2, (3,)), 500),
        (PeoplePrices(2, 500, BANDS), Party(2, (2, 3, 11)), 600),
        (PeoplePrices(2, 500, BANDS), Party(2, (12,)), 500),
        (PeoplePrices(2, 500, BANDS), Party(1, (12, 5)), 300),
        (PeoplePrices(2, 500, BANDS), Party(4, (0,)), 1000),
    ],
)
def test_more_people_than_the_price_covers(prices: PeoplePrices, party: Party, kobo: int) -> None:
    assert prices.on_top(party) == kobo


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parties=st.lists(
        st.builds(Party, st.integers(1, 5), st.lists(st.integers(0, 17), max_size=4).map(tuple)), min_size=1
    ),
    base=st.integers(1, 4),
    extra=st.integers(0, 10**9),
    bands=st.none() | st.dictionaries(st.integers(0, 17), st.integers(0, 10**9), max_size=4),
)
def test_sql_says_the_same(
    application: Flask, parties: Sequence[Party], base: int, extra: int, bands: dict[int, int] | None
) -> None:
    prices = PeoplePrices(base, extra, tuple(sorted((bands or {}).items())))
    told = [{"to_age": age, "price": price} for age, price in prices.bands] if bands is not None else None
    bound = {
        "parties": orjson.dumps([[party.adults, *party.children] for party in parties]).decode(),
        "base": base,
        "extra": extra,
        "bands": None if told is None else orjson.dumps(told).decode(),
    }
    with reading() as session:
        assert session.scalar(EXTRAS, bound) == sum(prices.on_top(party) for party in parties)
