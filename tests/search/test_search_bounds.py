"""What a search looks at when hotels are many: so many and no more."""

from typing import Any

import pytest

from app.search import queries
from app.search.criteria import LAST_PAGE, PAGE_SIZE
from tests import factories
from tests.api import Api
from tests.search.asking import found, hold, search


def in_a_row(*names: str, **facts: Any) -> list[factories.HotelForTests]:
    """Hotels farther and farther from where `search` looks."""
    return [
        factories.hotel(name=name, at=(6.4281 + number / 1000, 3.4219), **facts) for number, name in enumerate(names)
    ]


def test_the_nearest_that_take_the_guests_are_asked_and_no_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for hotel in in_a_row("First", "Second", "Third")[:2]:
        hold(hotel.only.rooms[0])
    assert found(search(api)) == ["Third"]
    monkeypatch.setattr(queries, "ASKED", 2)
    assert found(search(api)) == []


def test_hotels_that_take_fewer_guests_do_not_count(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_row("Small", "Smaller", occupancy=2)
    factories.hotel(name="Large", at=(6.4381, 3.4219), occupancy=4)
    monkeypatch.setattr(queries, "ASKED", 1)
    assert found(search(api, adults=4)) == ["Large"]


def test_so_many_are_looked_at_whether_they_take_the_guests_or_not(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_row("Small", "Smaller", occupancy=2)
    factories.hotel(name="Large", at=(6.4381, 3.4219), occupancy=4)
    for walked, names in ((3, ["Large"]), (2, [])):
        monkeypatch.setattr(queries, "WALKED", walked)
        assert found(search(api, adults=4)) == names


def test_the_cheapest_of_the_nearest_are_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, price, north in (("Dear", 9_000_000, 1), ("Middle", 5_000_000, 2), ("Cheap", 2_000_000, 3)):
        factories.hotel(name=name, price=price, at=(6.4281 + north / 1000, 3.4219))
    assert found(search(api, sort="price")) == ["Cheap", "Middle", "Dear"]
    monkeypatch.setattr(queries, "ASKED", 2)
    assert found(search(api, sort="price")) == ["Middle", "Dear"]


def test_the_last_page_is_not_cut() -> None:
    assert queries.fetched(PAGE_SIZE * LAST_PAGE + 1) < queries.ASKED < queries.WALKED
