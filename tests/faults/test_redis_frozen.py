"""Case 18: Redis takes every connection and answers nobody. People hardly notice, and what waits is done when it moves again."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo.story.stage import expect_status, until
from demo.story.world import search
from tests.faults.crowd import Crowd, Told, percentile, statuses
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

CROWD = 4
BEFORE_SECONDS = 2
P99, LONGEST = 1.0, 3.0

log = logging.getLogger(__name__)


@contextmanager
def frozen_redis(running: Running, seconds: float) -> Iterator[None]:
    """Nothing of it moves from the beginning of the block on, for at least so many seconds."""
    began = time.monotonic()
    running.system.redis.freeze()
    try:
        yield
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        assert not running.system.redis.answers()
    finally:
        running.system.redis.thaw()


@pytest.mark.parametrize("seconds", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_case_18_redis_is_frozen_while_people_book_cancel_search_and_pay(running: Running, seconds: int) -> None:
    with running.screen() as screen:
        with Crowd(running, CROWD) as crowd:
            before = crowd.told_within(BEFORE_SECONDS)
            began = time.monotonic()
            with frozen_redis(running, seconds):
                paid = _searches_books_and_pays(running)
                during = crowd.told(began)
        _assert_hardly_noticed(before, during)
        until("the booking to be confirmed", lambda: running.status(paid) == "confirmed")
        running.come_to_rest()
        assert_confirmed_once(running, screen, paid)


def _searches_books_and_pays(running: Running) -> Stay:
    """Each step while Redis is frozen, each answered within the longest time."""
    steps = []
    began = time.monotonic()
    assert search(running.stage)["items"]
    steps.append(time.monotonic() - began)
    stay = running.book()
    began = time.monotonic()
    started = expect_status(stay.guest.post(f"/bookings/{stay.id}/payments"), 201)
    steps.append(time.monotonic() - began)
    assert max(steps) <= LONGEST, steps
    paying = Stay(stay.guest, stay.booking, started["reference"])
    running.pay(paying)
    return paying


def _assert_hardly_noticed(before: list[Told], during: list[Told]) -> None:
    """The limits are those of a machine that has nothing else to do; a busy one is measured against itself."""
    log.info("before: %s; frozen: %s", _figures(before), _figures(during))
    assert len(during) >= CROWD
    assert statuses(before + during) == {("book", 201), ("cancel", 200)}
    assert percentile(during, 99) < max(P99, 5 * percentile(before, 99))
    assert percentile(during, 100) <= max(LONGEST, 5 * percentile(before, 100))


def _figures(told: list[Told]) -> str:
    shares = ", ".join(f"p{percent} {percentile(told, percent) * 1000:.0f} ms" for percent in (50, 99, 100))
    return f"{len(told)} answers, {shares}"
