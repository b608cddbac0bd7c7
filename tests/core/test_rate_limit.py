"""Limits of several processes together: each judges by itself, and hears of the others through Redis."""

import os
import threading
import time
from collections.abc import Callable

import pytest

from app.core import rate_limit, redis_client
from app.core import windows as windows_module
from app.core.rate_limit import Counter, Limit, Verdict
from tests.core.test_windows import HOUR, Clock

NOWHERE = "redis://127.0.0.1:1/0"

pytestmark = pytest.mark.usefixtures("application")


class Process(Counter):
    """A process that settles when it is told to, and not by itself."""

    def _settle_soon(self) -> None:
        pass

    def ask(self, most: int, name: str = "ada", *, processes: int = 2) -> Verdict:
        return self.count(redis_client.key(f"rate:{name}"), Limit(most, HOUR), processes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(windows_module, "time", clock)
    return clock


def let_in(process: Process, times: int, most: int, name: str = "ada") -> int:
    return sum(process.ask(most, name).is_in for _ in range(times))


@pytest.mark.parametrize(
    "text, limit", [("100/minute", Limit(100, 60)), ("1/second", Limit(1, 1)), ("9/day", Limit(9, 86400))]
)
def test_limits_are_read_as_they_are_set(text: str, limit: Limit) -> None:
    assert rate_limit.limit_of(text) == limit


def test_what_is_left_is_told() -> None:
    process = Process()
    told = [process.ask(3) for _ in range(5)]
    assert [(one.is_in, one.remaining) for one in told] == [(True, 2), (True, 1), (True, 0), (False, 0), (False, 0)]
    assert {0 < one.seconds <= HOUR + HOUR / 3 for one in told} == {True}


def test_processes_share_a_limit() -> None:
    one, other = Process(), Process()
    assert let_in(one, 6, 10) == 6
    one.settle()
    assert let_in(other, 1, 10) == 1  # it does not know yet
    other.settle()
    assert let_in(other, 10, 10) == 3
    other.settle()
    assert let_in(one, 10, 10) == 4  # nor does this one, for a moment
    one.settle()
    assert [let_in(one, 1, 10), let_in(other, 1, 10)] == [0, 0]


def test_the_control_without_settling_each_has_it_whole() -> None:
    assert [let_in(Process(), 20, 10) for _ in range(2)] == [10, 10]


def test_a_name_is_kept_in_redis_for_two_windows(redis_keys: Callable[..., dict[str, int]]) -> None:
    process = Process()
    process.ask(3)
    process.settle()
    ((name, left),) = redis_keys().items()
    assert name == redis_client.key("rate:ada")
    assert 2 * HOUR * 1000 - 5000 < left <= 2 * HOUR * 1000


def test_the_window_before_fades_for_all(redis_keys: Callable[..., dict[str, int]]) -> None:
    """As many an hour ago as there are seconds in one: as many count as seconds of this one are left."""
    now = time.time()
    kept = {"number": int(now) // HOUR - 1, "before": 0, "count": HOUR}
    redis_client.ask(lambda client: bool(client.hset(redis_client.key("rate:ada"), mapping=kept)), default=False)
    process = Process()
    process.ask(HOUR)
    process.settle()
    elapsed = int(now) % HOUR
    assert elapsed - 2 <= let_in(process, elapsed + 5, HOUR) + 1 <= elapsed + 4


def test_many_names_are_one_round_trip(redis_keys: Callable[..., dict[str, int]]) -> None:
    one, other = Process(), Process()
    for number in range(50):
        let_in(one, 2, 3, f"guest{number}")
    one.settle()
    assert len(redis_keys("rate:*")) == 50
    for number in range(50):
        let_in(other, 1, 3, f"guest{number}")
    other.settle()
    assert sum(let_in(other, 1, 3, f"guest{number}") for number in range(50)) == 0


@pytest.mark.parametrize("most", [1, 2, 7, 100])
@pytest.mark.parametrize("later", [0, HOUR / 4, HOUR / 2, HOUR])
def test_who_waits_as_told_gets_in_and_no_sooner(clock: Clock, most: int, later: float) -> None:
    process = Process()
    let_in(process, most, most)
    clock.now += later
    while (refused := process.ask(most)).is_in:
        pass
    refused_at = clock.now
    clock.now = refused_at + refused.seconds - 1.001
    assert not process.ask(most).is_in
    clock.now = refused_at + refused.seconds
    assert process.ask(most).is_in


def test_what_remains_is_there_until_the_window_ends(clock: Clock) -> None:
    process = Process()
    first = process.ask(5)
    clock.now += first.seconds - 1
    assert let_in(process, 10, 5) == first.remaining


@pytest.mark.parametrize("most, processes, share", [(100, 2, 50), (100, 3, 34), (1, 8, 1)])
def test_case_60_alone_a_process_has_its_share(most: int, processes: int, share: int) -> None:
    redis_client.connect(NOWHERE, "test:")
    process = Process()
    process.ask(most, "somebody else")
    process.settle()
    told = [process.ask(most, processes=processes) for _ in range(most + 1)]
    assert sum(one.is_in for one in told) == share
    assert told[0].limit.most == share


def test_case_60_redis_goes_and_comes_back() -> None:
    """What was let in meanwhile is not forgotten here, and what others know is known again."""
    one, other, prefix = Process(), Process(), redis_client.key("")
    let_in(one, 4, 20)
    one.settle()
    redis_client.connect(NOWHERE, prefix)
    let_in(one, 1, 20)
    one.settle()
    assert one.is_alone
    assert let_in(one, 20, 20) == 5  # of its ten
    redis_client.connect(os.environ["REDIS_URL"], prefix)
    let_in(other, 6, 20)
    other.settle()
    let_in(other, 1, 20)
    one.settle()
    assert not one.is_alone
    assert let_in(one, 20, 20) == 5  # it had let in ten, and the others tell of fifteen


def test_it_settles_by_itself() -> None:
    one, other, name = Counter(), Counter(), redis_client.key("rate:ada")
    assert sum(one.count(name, Limit(5, HOUR), 2).is_in for _ in range(9)) == 5
    wait_until(lambda: not one.windows._untold)
    other.count(name, Limit(5, HOUR), 2)
    wait_until(lambda: not other.count(name, Limit(5, HOUR), 2).is_in)


def test_a_process_that_has_no_thread_to_give_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    process, name = Counter(), redis_client.key("rate:ada")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        assert sum(process.count(name, Limit(5, HOUR), 2).is_in for _ in range(9)) == 5
    process.count(name, Limit(6, HOUR), 2)
    wait_until(lambda: not process.windows._untold)


def test_a_fault_of_ours_does_not_end_the_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    process, name = Counter(), redis_client.key("rate:ada")
    with monkeypatch.context() as patch:
        patch.setattr(redis_client, "ask", lambda *_args, **_more: 1 / 0)
        process.count(name, Limit(5, HOUR), 2)
        wait_until(lambda: not process._wake.is_set())
        time.sleep(0.05)
    process.count(name, Limit(5, HOUR), 2)
    wait_until(lambda: not process.windows._untold)
    assert process._thread is not None
    assert process._thread.is_alive()


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
