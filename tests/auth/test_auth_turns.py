"""Whose password is hashed when: few at a time, few waiting, and those we know beside all others."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from app.auth import turns
from app.auth.turns import Lane, Room
from app.core.errors import Busy
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.places import log_in
from tests.auth.test_auth_accounts import ADA
from tests.realtime.processes import wait_until

pytestmark = pytest.mark.usefixtures("application")


def room(lane: Lane) -> Room:
    return lane._room


@contextmanager
def occupied(lane: Lane, waiting: int = 0) -> Iterator[None]:
    """Somebody has the lane's turn, and so many wait behind him."""
    begun, end = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        end.wait(10)

    with ThreadPoolExecutor(1 + waiting) as pool:
        pool.submit(lane.run, hold)
        assert begun.wait(5)
        for _ in range(waiting):
            pool.submit(lane.run, lambda: None)
        wait_until(lambda: room(lane).inside == 1 + waiting)
        try:
            yield
        finally:
            end.set()
    wait_until(lambda: room(lane).inside == 0)


def test_so_many_wait_and_the_next_is_told_to_come_back(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(password_threads=3)
    ada = factories.person()
    with occupied(turns.STRANGERS, waiting=1):
        for answer in (log_in(api.app, ada), api.post("/auth/register", ADA)):
            assert (answer.status_code, answer.json["code"]) == (503, "busy")
            assert int(answer.headers["Retry-After"]) == 1
        assert rows.count("users") == 1
        assert rows.count("sessions") == 0
        assert rows.count("throttle_buckets") == 0
    assert log_in(api.app, ada).status_code == 200


def test_who_is_known_does_not_wait_for_strangers(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(password_threads=3)
    ada, obi = factories.person(), factories.person()
    assert log_in(api.app, ada).status_code == 200
    me = Api(api.app, log_in(api.app, ada).json["access_token"])
    with occupied(turns.STRANGERS, waiting=1):
        assert log_in(api.app, obi).status_code == 503
        assert log_in(api.app, ada, ip="198.51.100.1").status_code == 503
        assert log_in(api.app, ada).status_code == 200
        body = {"current_password": factories.PASSWORD, "new_password": "another long one"}
        assert me.post("/users/me/password", body).status_code == 204


def test_not_all_threads_are_for_passwords_even_of_those_we_know(with_settings: Callable[..., Any]) -> None:
    with_settings(password_threads=3)
    with occupied(turns.KNOWN, waiting=2):
        for lane in (turns.KNOWN, turns.STRANGERS):
            with pytest.raises(Busy):
                lane.run(lambda: None)


def test_a_wait_that_gets_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    lane, ran = Lane("tests", Room()), list[int]()
    with occupied(lane), pytest.raises(Busy):
        lane.run(lambda: ran.append(1))
    assert lane.run(lambda: "next") == "next"
    assert ran == []


def test_what_has_begun_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    assert Lane("tests", Room()).run(lambda: threading.Event().wait(0.1)) is False


def test_errors_come_through_and_give_the_turn_back() -> None:
    lane = Lane("tests", Room())
    for error in (ValueError, TimeoutError, Busy):
        with pytest.raises(error):
            lane.run(lambda error=error: _raise(error))  # type: ignore[misc]
    assert room(lane).inside == 0
    assert lane.run(lambda: 7) == 7


def _raise(error: type[Exception]) -> None:
    raise error


def test_one_at_a_time_in_the_order_of_asking() -> None:
    lane, order, inside = Lane("tests", Room()), list[int](), list[int]()

    def work(number: int) -> None:
        inside.append(number)
        assert len(inside) == 1
        order.append(number)
        inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: lane.run(lambda: work(number)), range(40)))
    assert sorted(order) == list(range(40))


def test_the_strangers_thread_lets_all_others_go_first() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    here = niceness()
    assert turns.KNOWN.run(niceness) == here
    assert turns.STRANGERS.run(niceness) == min(turns.NICEST, here + turns.STRANGERS_NICENESS)
