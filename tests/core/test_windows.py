"""Sliding windows in memory: so many are let in and no more, what was before fades, and what others tell counts."""

import threading
from collections import Counter

import pytest

from app.core import windows as module
from app.core.windows import Told, Windows

HOUR = 3600
NUMBER = 1000


class Clock:
    """What the windows take for the time: a fifth into a window, until it is turned."""

    def __init__(self) -> None:
        self.now = NUMBER * HOUR + HOUR / 5

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def windows(clock: Clock) -> Windows:
    return Windows()


def let_in(windows: Windows, times: int, most: int, name: str = "ada") -> int:
    """How many of so many are."""
    return sum(windows.count(name, most, HOUR)[0] for _ in range(times))


def test_so_many_are_let_in_and_no_more(windows: Windows) -> None:
    assert [let_in(windows, 5, 3), let_in(windows, 5, 3), let_in(windows, 5, 1, "ngozi")] == [3, 0, 1]


def test_the_window_before_fades(windows: Windows, clock: Clock) -> None:
    assert let_in(windows, 120, 100) == 100
    clock.now += HOUR  # a fifth of the next is over: four fifths of a hundred count
    assert [let_in(windows, 50, 100), let_in(windows, 1, 100)] == [20, 0]
    clock.now += HOUR
    assert let_in(windows, 120, 100) == 84
    clock.now += 2 * HOUR
    assert let_in(windows, 120, 100) == 100


def test_of_many_at_once_no_more_get_in_than_fit(windows: Windows) -> None:
    ready, told = threading.Barrier(12), Counter[bool]()

    def knock() -> None:
        ready.wait(10)
        told.update(windows.count("ada", 300, HOUR)[0] for _ in range(100))

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert told == {True: 300, False: 900}
    assert windows.untold() == [("ada", HOUR, 300)]


def test_what_is_untold_is_told_once_and_refusals_never(windows: Windows) -> None:
    let_in(windows, 5, 2)
    let_in(windows, 1, 2, "ngozi")
    assert windows.untold() == [("ada", HOUR, 2), ("ngozi", HOUR, 1)]
    assert windows.untold() == []


def test_what_others_let_in_counts_here(windows: Windows) -> None:
    let_in(windows, 2, 10)
    windows.untold()
    let_in(windows, 1, 10)  # after the telling, before the answer
    windows.learn("ada", Told(NUMBER, before=5, count=4))  # five an hour before, of which four still count
    assert let_in(windows, 10, 10) == 1


def test_who_forgot_makes_nobody_forget(windows: Windows) -> None:
    let_in(windows, 5, 10)
    windows.untold()
    windows.learn("ada", Told(NUMBER, before=0, count=1))
    assert let_in(windows, 10, 10) == 5


@pytest.mark.parametrize("number", [NUMBER - 1, NUMBER + 1])
def test_news_of_another_window_is_no_news(windows: Windows, number: int) -> None:
    let_in(windows, 1, 10)
    windows.learn("ada", Told(number, before=100, count=100))
    assert let_in(windows, 10, 10) == 9


def test_news_of_a_name_that_is_forgotten_is_kept(windows: Windows) -> None:
    windows.learn("ada", Told(NUMBER, before=0, count=8))
    assert let_in(windows, 10, 10) == 2


def test_all_go_by_one_clock(windows: Windows, clock: Clock) -> None:
    clock.now -= 7 * HOUR
    windows.ahead = 7.0 * HOUR
    windows.learn("ada", Told(NUMBER, before=0, count=8))
    assert let_in(windows, 10, 10) == 2


def test_a_clock_that_goes_back_a_moment_forgets_nothing(windows: Windows, clock: Clock) -> None:
    clock.now = (NUMBER + 1) * HOUR + 0.001
    assert let_in(windows, 10, 4) == 4
    clock.now -= 0.002
    assert let_in(windows, 10, 4) == 0


def test_names_without_end_do_not_fill_it(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NAMES", 50)
    for number in range(500):
        assert windows.count(f"{number}", 3, HOUR)[0]
        assert len(windows._kept) <= 50
