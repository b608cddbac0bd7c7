"""Counting in sliding windows, in Redis and in memory: both let in the same, and say how long to wait."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core import local_windows, rate_limit, redis_client
from app.core.local_windows import LocalWindows
from app.core.rate_limit import Limit, Verdict

NOWHERE = "redis://127.0.0.1:1/0"
HOUR = 3600

pytestmark = pytest.mark.usefixtures("application")


class Clock:
    """What the windows in memory take for the time: a fifth into a window, until it is turned."""

    def __init__(self) -> None:
        self.now = 1000 * HOUR + HOUR / 5

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Redis is away, and the memory's clock stands still."""
    redis_client.connect(NOWHERE, "test:")
    monkeypatch.setattr(rate_limit, "_local", LocalWindows())
    clock = Clock()
    monkeypatch.setattr(local_windows, "time", clock)
    return clock


@pytest.fixture(params=["redis", "memory"])
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where is counted."""
    if request.param == "memory":
        request.getfixturevalue("clock")
    return request.param


def ask(most: int, name: str = "ada", *, processes: int = 1) -> Verdict:
    return rate_limit.count(name, Limit(most, HOUR), processes)


@pytest.mark.parametrize(
    "text, limit", [("100/minute", Limit(100, 60)), ("1/second", Limit(1, 1)), ("9/day", Limit(9, 86400))]
)
def test_limits_are_read_as_they_are_set(text: str, limit: Limit) -> None:
    assert rate_limit.limit_of(text) == limit


def test_so_many_are_let_in_and_no_more(place: str) -> None:
    told = [ask(3) for _ in range(5)]
    assert [(one.is_in, one.remaining) for one in told] == [(True, 2), (True, 1), (True, 0), (False, 0), (False, 0)]
    assert {0 < one.seconds <= HOUR + HOUR / 3 for one in told} == {True}
    assert ask(3, "ngozi").is_in


def test_one_is_the_least(place: str) -> None:
    assert [ask(1).is_in for _ in range(2)] == [True, False]


def test_of_many_at_once_no_more_get_in_than_fit(place: str) -> None:
    ready, told = threading.Barrier(12), Counter[bool]()

    def knock() -> None:
        ready.wait(10)
        told.update(ask(30).is_in for _ in range(10))

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert told == {True: 30, False: 90}


def test_in_redis_a_name_is_kept_for_two_windows_at_most(redis_keys: Callable[..., dict[str, int]]) -> None:
    ask(3)
    ((name, left),) = redis_keys().items()
    assert name == redis_client.key("rate:ada")
    assert HOUR * 1000 < left <= 2 * HOUR * 1000


def test_in_redis_what_was_let_in_before_fades(redis_keys: Callable[..., dict[str, int]]) -> None:
    """Of so many an hour ago, as many count as seconds of this hour are left."""
    seconds = now_in_redis()
    number, elapsed = divmod(seconds, HOUR)
    kept = {"number": int(number) - 1, "before": 0, "count": HOUR}
    redis_client.ask(lambda client: bool(client.hset(redis_client.key("rate:ada"), mapping=kept)), default=False)
    let_in = sum(ask(HOUR).is_in for _ in range(int(elapsed) + 5))
    assert int(elapsed) <= let_in <= int(elapsed) + 4


def now_in_redis() -> float:
    def look(client: Any) -> float:
        seconds, micros = client.time()
        return float(seconds + micros / 1e6)

    return redis_client.ask(look, default=0.0)


class TestInMemory:
    def test_the_window_before_fades(self, clock: Clock) -> None:
        assert sum(ask(100).is_in for _ in range(120)) == 100
        clock.now += HOUR  # a fifth of the next is over: four fifths of a hundred count
        assert [sum(ask(100).is_in for _ in range(50)), ask(100).is_in] == [20, False]
        clock.now += HOUR
        assert sum(ask(100).is_in for _ in range(120)) == 84
        clock.now += 2 * HOUR
        assert sum(ask(100).is_in for _ in range(120)) == 100

    @pytest.mark.parametrize("most", [1, 2, 7, 100])
    @pytest.mark.parametrize("later", [0, HOUR / 4, HOUR / 2, HOUR])
    def test_who_waits_as_told_gets_in_and_no_sooner(self, clock: Clock, most: int, later: float) -> None:
        for _ in range(most):
            ask(most)
        clock.now += later
        while (refused := ask(most)).is_in:
            pass
        refused_at = clock.now
        clock.now = refused_at + refused.seconds - 1.001
        assert not ask(most).is_in
        clock.now = refused_at + refused.seconds
        assert ask(most).is_in

    def test_what_remains_is_there_until_the_window_ends(self, clock: Clock) -> None:
        first = ask(5)
        clock.now += first.seconds - 1
        assert sum(ask(5).is_in for _ in range(10)) == first.remaining

    @pytest.mark.parametrize("most, processes, share", [(100, 2, 50), (100, 3, 34), (1, 8, 1)])
    def test_a_process_has_its_share(self, clock: Clock, most: int, processes: int, share: int) -> None:
        told = [ask(most, processes=processes) for _ in range(most + 1)]
        assert sum(one.is_in for one in told) == share
        assert told[0].limit.most == share

    def test_names_without_end_do_not_fill_it(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(local_windows, "MOST_NAMES", 50)
        windows = LocalWindows()
        for number in range(500):
            assert windows.count(f"{number}", 3, HOUR)[0]
            assert len(windows._kept) <= 50


def test_case_60_redis_comes_and_goes_and_requests_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """First there, then in memory, then there again, by what it knew."""
    monkeypatch.setattr(rate_limit, "_local", LocalWindows())
    prefix = redis_client.key("")
    assert [ask(4).remaining for _ in range(2)] == [3, 2]
    redis_client.connect(NOWHERE, prefix)
    began = time.monotonic()
    assert [ask(4, processes=2).is_in for _ in range(3)] == [True, True, False]
    assert time.monotonic() - began < 2
    redis_client.connect(os.environ["REDIS_URL"], prefix)
    assert [ask(4).is_in for _ in range(3)] == [True, True, False]
