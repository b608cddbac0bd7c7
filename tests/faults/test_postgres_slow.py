"""PostgreSQL is there and lets everybody wait: for a connection, for a lock, for one who fell asleep with the lock in his hand."""

import socket
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import requests

from demo.story.people import Person
from demo.story.stage import until
from tests.faults.gates import Gate, closed
from tests.faults.running import Running
from tests.faults.second_web import SecondWeb, second_web

pytestmark = [pytest.mark.timeout(240), pytest.mark.slow]

CROWD = 16
SLOW_MACHINE = 12.0
LET_IN = 256
ASLEEP = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'smartstay-web' AND state = 'idle in transaction'"
)


def asked(send: Callable[[], requests.Response]) -> tuple[float, requests.Response]:
    """The answer, and how many seconds it took."""
    began = time.monotonic()
    answer = send()
    return time.monotonic() - began, answer


def assert_honest_503(answer: requests.Response, code: str) -> None:
    """A problem document that says when to come again."""
    said = (answer.status_code, answer.headers["Content-Type"], answer.json()["code"])
    assert said == (503, "application/problem+json", code), answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_case_28_the_only_connection_is_taken(running: Running, tmp_path: Path) -> None:
    """Who finds none is told so after three seconds; when it is free again, all is well."""
    small = {"DATABASE_POOL_SIZE": "1", "DATABASE_POOL_OVERFLOW": "0", "DATABASE_STATEMENT_TIMEOUT": "60"}
    guest = Person.registered(running.stage)
    with second_web(running, tmp_path, small) as web, ThreadPoolExecutor(4) as threads:
        here = web.used_by(guest)
        with closed(Gate.BOOK, running.look) as window:
            slow = threads.submit(here.post, "/bookings", running.request_of_one_room(180))
            window.wait_for(slow)
            others = [threads.submit(asked, lambda: here.get("/hotels")) for _ in range(3)]
            for seconds, answer in [other.result(60) for other in others]:
                assert_honest_503(answer, "unavailable")
                assert 2.5 < seconds < 3 + SLOW_MACHINE
        assert slow.result(30).status_code == 201
        assert [here.get("/hotels").status_code for _ in range(4)] == [200] * 4


def test_case_28_every_thread_waits_for_a_table(running: Running) -> None:
    """More requests than threads wait for one table: each is refused when its own two seconds are over, none waits for ever."""
    stay = running.book()
    path = f"/bookings/{stay.id}"
    with ThreadPoolExecutor(CROWD) as threads, psycopg.connect(running.look.info.dsn) as holder:
        holder.execute("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
        crowd = [threads.submit(asked, lambda: stay.guest.get(path)) for _ in range(CROWD)]
        told = [one.result(60) for one in crowd]
        holder.rollback()
    for seconds, answer in told:
        assert_honest_503(answer, "busy")
        assert 1.5 < seconds < 3 * 2 + SLOW_MACHINE
    assert [stay.guest.get(path).status_code for _ in range(CROWD)] == [200] * CROWD


def test_case_28_no_more_are_let_in_than_a_worker_can_serve_soon(running: Running, tmp_path: Path) -> None:
    """Who is beyond that waits before the door, in the kernel's bounded queue, until somebody leaves."""
    with second_web(running, tmp_path, {}) as web, ExitStack() as lines:
        inside = [served(lines, web) for _ in range(LET_IN)]
        with pytest.raises(TimeoutError):
            served(lines, web)
        for line in inside[:2]:
            line.close()
        served(lines, web)


def served(lines: ExitStack, web: SecondWeb) -> socket.socket:
    """A connection that has had one answer, and stays open. Raises TimeoutError."""
    line = lines.enter_context(socket.create_connection(("127.0.0.1", int(web.url.rpartition(":")[2])), timeout=3))
    line.sendall(b"GET /healthz HTTP/1.1\r\nHost: smartstay.example\r\n\r\n")
    assert line.recv(4096).startswith(b"HTTP/1.1 200")
    return line


def test_case_29_who_sleeps_with_a_room_in_his_hand_loses_it(running: Running, tmp_path: Path) -> None:
    """A process stands still inside its transaction: PostgreSQL ends its session after ten seconds, and the room is free."""
    request, key = running.request_of_one_room(183), uuid.uuid4().hex
    sleeper, other = Person.registered(running.stage), Person.registered(running.stage)
    wanted = request | {
        "guest": request["guest"] | {"email": other.email}
    }  # who books for one e-mail does it one after the other
    patient = {"DATABASE_STATEMENT_TIMEOUT": "60"}
    with second_web(running, tmp_path, patient) as web, ThreadPoolExecutor(1) as thread, ExitStack() as asleep:
        with closed(Gate.BOOK, running.look) as window:
            waiting = thread.submit(web.used_by(sleeper).post, "/bookings", request, key)
            window.wait_for(waiting)
            asleep.enter_context(web.frozen())
        began = time.monotonic()
        until("a transaction that nobody goes on with", lambda: running.value(ASLEEP) == 1)
        refused = other.post("/bookings", wanted)
        assert (refused.status_code, refused.json()["code"]) == (409, "room_taken")
        until("the room", lambda: other.post("/bookings", wanted).status_code == 201, 40)
        assert time.monotonic() - began > 9
        until("an end of that session", lambda: running.value(ASLEEP) == 0)
        asleep.close()
        assert_honest_503(waiting.result(30), "unavailable")
        again = sleeper.post("/bookings", request, key)
        assert (again.status_code, again.json()["code"]) == (409, "room_taken")
