"""Counting what may be tried only so often."""

import pytest

from app.core import throttle
from app.core.db import transaction
from tests.bookings.ledger_of import one, run
from tests.races.crowd import at_once

pytestmark = pytest.mark.usefixtures("application")


def hit(key: str = "ada", *, name: str = "things.try", limit: int = 3, seconds: int = 60) -> int | None:
    with transaction() as session:
        return throttle.hit(session, name, key, limit, seconds)


def test_so_many_and_then_no_more_until_the_window_ends() -> None:
    assert [hit() for _ in range(3)] == [None] * 3
    assert all(59 <= (hit() or 0) <= 60 for _ in range(3))
    run("UPDATE throttle_counters SET ends_at = clock_timestamp() + interval '300 ms'")
    assert hit() == 1
    run("UPDATE throttle_counters SET ends_at = clock_timestamp()")
    assert [hit() for _ in range(3)] == [None] * 3
    assert hit() is not None


def test_a_window_is_not_stretched_by_who_goes_on() -> None:
    hit()
    run("UPDATE throttle_counters SET ends_at = ends_at - interval '50 s'")
    assert [(hit() or 0) <= 10 for _ in range(5)] == [True] * 5


def test_another_key_and_another_name_are_counted_apart() -> None:
    assert [hit(limit=1), hit("bola", limit=1), hit(name="things.break", limit=1)] == [None] * 3
    assert hit(limit=1) is not None


def test_name_and_key_are_not_run_together() -> None:
    assert [hit("b c", name="a", limit=1), hit("c", name="a b", limit=1)] == [None] * 2


def test_what_was_no_failure_is_taken_back() -> None:
    for _ in range(10):
        with transaction() as session:
            assert throttle.hit(session, "things.try", "ada", 1, 60) is None
            throttle.forgive(session, "things.try", "ada")
    with transaction() as session:
        throttle.forgive(session, "things.try", "ada")
    assert [hit(limit=1), hit(limit=1) is None] == [None, False]


def test_cleared_it_begins_anew() -> None:
    for _ in range(5):
        hit()
    with transaction() as session:
        throttle.clear(session, "things.try", "ada")
    assert hit() is None


def test_thirty_at_once_are_counted_one_by_one() -> None:
    told = at_once([lambda: hit(limit=10)] * 30)
    assert (told.count(None), one("SELECT hits FROM throttle_counters")) == (10, 30)


def test_nothing_is_kept_in_clear() -> None:
    hit("ada@example.com")
    assert one("SELECT length(key_hash) FROM throttle_counters") == 32
    assert "ada" not in one("SELECT t::text FROM throttle_counters t")
