"""Kept answers: one computes, the others wait a moment, nobody waits for the dead."""

import threading
import time
from collections.abc import Callable

import pytest

from app.core import cache, redis_client
from app.core.cache import Cached

pytestmark = pytest.mark.usefixtures("application")


class Work:
    """Something that takes its time; counts how often it was done."""

    def __init__(self, seconds: float = 0) -> None:
        self.seconds, self.done = seconds, 0

    def __call__(self) -> str:
        self.done += 1
        time.sleep(self.seconds)
        return f"answer {self.done}"


def at_once(count: int, ask: Callable[[], Cached]) -> tuple[list[Cached], float]:
    """All answers, and the seconds until the last of them."""
    ready, answers = threading.Barrier(count), list[Cached]()

    def wait_and_ask() -> None:
        ready.wait(10)
        answers.append(ask())

    threads = [threading.Thread(target=wait_and_ask) for _ in range(count)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return answers, time.monotonic() - began


def test_an_answer_is_kept_for_its_seconds() -> None:
    work = Work()
    first, second = (cache.through("things", "q", 1, work) for _ in range(2))
    assert (first, second.body, second.age, work.done) == (Cached("answer 1", 0), "answer 1", 1, 1)
    time.sleep(1.05)
    assert cache.through("things", "q", 1, work).body == "answer 2"


def test_other_questions_and_other_names_are_others() -> None:
    work = Work()
    for namespace, question in (("things", "q"), ("things", "r"), ("people", "q")):
        cache.through(namespace, question, 10, work)
    assert work.done == 3


def test_zero_seconds_keep_nothing(redis_keys: Callable[[], dict[str, int]]) -> None:
    work = Work()
    assert [cache.through("things", "q", 0, work).body for _ in range(2)] == ["answer 1", "answer 2"]
    assert redis_keys() == {}


def test_one_computes_for_all_who_ask_at_once(redis_keys: Callable[[], dict[str, int]]) -> None:
    work = Work(0.04)
    answers, _ = at_once(12, lambda: cache.through("things", "q", 10, work))
    assert ({answer.body for answer in answers}, len(answers), work.done) == ({"answer 1"}, 12, 1)
    assert len(redis_keys()) == 1  # who filled has left


def test_nobody_waits_long_for_a_slow_one() -> None:
    work = Work(0.4)
    answers, seconds = at_once(3, lambda: cache.through("things", "q", 10, work))
    assert (len(answers), work.done) == (3, 3)
    assert seconds < 0.4 + cache.PATIENCE + 0.3


def test_who_fails_leaves_nothing_in_the_way(redis_keys: Callable[[], dict[str, int]]) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.through("things", "q", 10, broken)
    assert redis_keys() == {}
    began = time.monotonic()
    assert cache.through("things", "q", 10, Work()).age == 0
    assert time.monotonic() - began < cache.PATIENCE


def test_who_died_is_forgotten(redis_keys: Callable[[], dict[str, int]]) -> None:
    cache.through("things", "q", 10, Work())
    (name,) = redis_keys()
    redis_client.ask(lambda client: bool(client.delete(name)), default=False)
    redis_client.ask(lambda client: client.set(f"{name}:filling", 1, px=cache.FILLING_MS), default=None)
    work = Work()
    began = time.monotonic()
    assert cache.through("things", "q", 10, work).body == "answer 1"
    assert cache.PATIENCE <= time.monotonic() - began < cache.PATIENCE + 0.2
    assert 0 < redis_keys()[f"{name}:filling"] <= 2000


def test_without_redis_everyone_computes() -> None:
    redis_client.connect("redis://127.0.0.1:1/0", "test:")
    work = Work()
    began = time.monotonic()
    assert [cache.through("things", "q", 10, work).age for _ in range(3)] == [0, 0, 0]
    assert work.done == 3
    assert time.monotonic() - began < 0.5
