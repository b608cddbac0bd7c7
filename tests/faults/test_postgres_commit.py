"""Around one commit: a process that dies before it or after it, and an answer of PostgreSQL that never arrives."""

import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.story.people import Person
from demo.story.stage import until
from tests.faults.by_hand import by_hand
from tests.faults.gates import Gate, closed
from tests.faults.outcome import assert_confirmed_once
from tests.faults.proxy import Mode, Proxy
from tests.faults.running import Running
from tests.faults.second_web import SecondWeb, second_web, through

pytestmark = pytest.mark.timeout(240)

COUNT = "SELECT count(*) FROM bookings b JOIN users u ON u.id = b.user_id WHERE u.email = %s"
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'smartstay-web' AND xact_start IS NOT NULL"
KEYS = "SELECT count(*) FROM idempotency_keys k JOIN users u ON u.id::text = k.scope WHERE u.email = %s"


@dataclass(frozen=True)
class Wish:
    """One booking that a guest asks for, as often as he likes, with one key."""

    running: Running
    guest: Person
    request: dict[str, Any]
    key: str

    @classmethod
    def of_somebody(cls, running: Running, *, start: int) -> "Wish":
        """Of one very room, always the same."""
        return cls(running, Person.registered(running.stage), running.request_of_one_room(start), uuid.uuid4().hex)

    def ask(self, web: SecondWeb | None = None) -> requests.Response:
        """Of the system's own web processes, or of another."""
        asking = web.used_by(self.guest) if web else self.guest
        return asking.post("/bookings", self.request, self.key)

    def count(self) -> tuple[int, int]:
        """How many bookings the guest has, and how many keys are remembered of him."""
        bookings, keys = (self.running.value(statement, self.guest.email) for statement in (COUNT, KEYS))
        return bookings, keys

    def assert_kept(self, web: SecondWeb | None = None) -> None:
        """Asked again and again, it is the one booking that there is, as it is."""
        for again in (self.ask(web), self.ask()):
            assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
            assert timeless(again.json()) == timeless(self.guest.booking(again.json()["id"]))
        assert self.count() == (1, 1)


def timeless(booking: dict[str, Any]) -> dict[str, Any]:
    """Without the hour at which it was told."""
    return {name: value for name, value in booking.items() if name != "server_now"}


@pytest.fixture(scope="module")
def wire(whole_system: Running) -> Iterator[Proxy]:
    with Proxy(whole_system.system.postgres.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def web(whole_system: Running, wire: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondWeb]:
    """A web process whose PostgreSQL is at the end of the wire."""
    with second_web(whole_system, tmp_path_factory.mktemp("web"), through(wire.port, whole_system)) as web:
        yield web


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Where a guest waits for an answer."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def asked_in_vain(thread: ThreadPoolExecutor, wish: Wish, web: SecondWeb, wire: Proxy) -> Future[requests.Response]:
    """The booking is committed, and nobody but PostgreSQL knows: its process waits for PostgreSQL's word, and the guest for its."""
    wire.dropped = 0
    with closed(Gate.BOOK, wish.running.look) as window:
        waiting = thread.submit(wish.ask, web)
        window.wait_for(waiting)
        wire.become(Mode.DROP_ANSWERS, after=b"COMMIT")
    until("a lost answer", lambda: wire.dropped)
    assert (wish.count(), waiting.done()) == ((1, 1), False)
    return waiting


def test_case_07_web_dies_between_commit_and_answer(
    running: Running, web: SecondWeb, wire: Proxy, thread: ThreadPoolExecutor
) -> None:
    web.wait_ready()
    wish = Wish.of_somebody(running, start=200)
    waiting = asked_in_vain(thread, wish, web, wire)
    web.kill_workers()
    wire.become(Mode.PASS)
    with pytest.raises(requests.ConnectionError):
        waiting.result(30)
    wish.assert_kept()


def test_case_08_web_dies_before_the_commit(running: Running, thread: ThreadPoolExecutor, tmp_path: Path) -> None:
    """A process of its own: granian gives up on workers that die twice within seconds."""
    wish = Wish.of_somebody(running, start=203)
    with second_web(running, tmp_path, {}) as dying, closed(Gate.BOOK, running.look) as window:
        waiting = thread.submit(wish.ask, dying)
        window.wait_for(waiting)
        dying.kill_workers()
        with pytest.raises(requests.ConnectionError):
            waiting.result(30)
    until("PostgreSQL to have noticed", lambda: running.value(OPEN) == 0)
    assert wish.count() == (0, 0)
    first = wish.ask()
    assert (first.status_code, "Idempotent-Replayed" in first.headers) == (201, False)
    wish.assert_kept()


def test_case_27_the_answer_to_a_commit_is_lost(
    running: Running, web: SecondWeb, wire: Proxy, thread: ThreadPoolExecutor
) -> None:
    """The connection breaks; the same request asks on another whether its own booking is there."""
    web.wait_ready()
    wish = Wish.of_somebody(running, start=206)
    waiting = asked_in_vain(thread, wish, web, wire)
    wire.become(Mode.PASS)
    answer = waiting.result(30)
    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (201, "true")
    wish.assert_kept(web)


def test_case_27_the_answer_to_a_commit_is_lost_and_postgresql_with_it(
    running: Running, web: SecondWeb, wire: Proxy, thread: ThreadPoolExecutor
) -> None:
    """Nobody can know: the guest is told to come again, and with his key he finds his booking."""
    web.wait_ready()
    wish = Wish.of_somebody(running, start=209)
    waiting = asked_in_vain(thread, wish, web, wire)
    wire.become(Mode.RESET)
    answer = waiting.result(30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    wire.become(Mode.PASS)
    wish.assert_kept(web)


@pytest.mark.slow
def test_case_27_the_answer_to_the_commit_of_a_payment_is_lost(running: Running, wire: Proxy, tmp_path: Path) -> None:
    """The worker does not know that its money is recorded; it runs again, and finds it so."""
    changed = running.system.environment() | through(wire.port, running)
    wire.dropped = 0
    with running.screen() as screen, by_hand("worker-critical", changed, tmp_path / "worker.log") as worker:
        until("the worker", lambda: " ready." in (tmp_path / "worker.log").read_text(), 60)
        running.system.stop_process("worker-critical")
        stay = running.book_and_start()
        with closed(Gate.SETTLE, running.look) as window:
            running.pay(stay)
            window.wait_for_one()
            wire.become(Mode.DROP_ANSWERS, after=b"COMMIT")
        until("a lost answer", lambda: wire.dropped)
        recorded = "SELECT status, applied_at FROM payments WHERE reference = %s"
        assert running.row(recorded, stay.payment)["status"] == "success"
        wire.become(Mode.PASS)
        until("the booking to be confirmed", lambda: running.status(stay) == "confirmed", 60)
        running.system.start_process("worker-critical")
        assert worker.poll() is None
        running.come_to_rest()
        assert_confirmed_once(running, screen, stay)
