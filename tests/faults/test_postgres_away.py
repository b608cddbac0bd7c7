"""PostgreSQL goes away in the middle of everything, and comes back. Only answers are lost, and nothing is restarted."""

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import requests

from demo.story.people import Person
from demo.story.stage import expect, until
from runner.postgres import StopMode
from runner.processes import WITHOUT_FLOWER
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay, connected

pytestmark = pytest.mark.timeout(240)

GUESTS = 4
FIRST_DAY, LAST_DAY = 220, 298
TYPES = ("Deluxe", "Executive", "Deluxe")  # of each there are several: other tests leave guests on any day
ATTEMPTS = "SELECT count(*) FROM payments WHERE booking_id = %s"
KEPT = "SELECT count(*) FROM gateway_events WHERE reference = %s AND event = 'charge.success'"


@contextmanager
def away(running: Running, mode: StopMode) -> Iterator[None]:
    """PostgreSQL is stopped, and starts again with what it had committed."""
    running.system.postgres.stop(mode)
    try:
        yield
    finally:
        running.system.postgres.start()
        with suppress(psycopg.Error):
            running.look.close()
        running.look = connected(running.system)


def everybody(running: Running) -> dict[str, set[int]]:
    """All processes of all programs."""
    system = running.system
    return {name: {system.pid(name), *system.children(name)} for name in WITHOUT_FLOWER}


@dataclass(frozen=True)
class Told:
    """One answer: when it came, to what, and what it said."""

    at: float
    what: str
    answer: requests.Response

    @property
    def is_honest_503(self) -> bool:
        """A problem document that says when to come again."""
        got = self.answer
        said = (got.status_code, got.headers["Content-Type"], got.headers.get("Retry-After", "").isdigit())
        return said == (503, "application/problem+json", True) and got.json()["status"] == 503


class Crowd:
    """Guests who search, book and pay in threads of their own, each the next thing at once; whoever hears 503 asks again."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.told: list[Told] = []
        self.lost: list[Exception] = []
        self.stays: list[Stay] = []
        self._guests = [Person.registered(running.stage) for _ in range(GUESTS)]
        self._wishes = itertools.product(range(FIRST_DAY, LAST_DAY), TYPES)
        self._done = threading.Event()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """They come and go for the length of the block."""
        threads = [threading.Thread(target=self._live, args=[guest]) for guest in self._guests]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._done.set()
            for thread in threads:
                thread.join(60)

    def good(self, what: str, since: float = 0.0) -> list[Told]:
        """Answers to this, later than that moment, that were what a guest hopes for."""
        return [told for told in list(self.told) if told.what == what and told.at > since and told.answer.ok]

    def _live(self, guest: Person) -> None:
        try:
            while not self._done.is_set():
                self._stay(guest)
        except Exception as error:
            self.lost.append(error)

    def _stay(self, guest: Person) -> None:
        start, kind = next(self._wishes)
        where = {"lat": 6.4281, "lon": 3.4219, "radius_km": 5}
        request = self.running.hotel.request(self.running.hotel.pay_now[kind], start=start, nights=1)
        request["guest"]["email"] = guest.email
        key, dates = uuid.uuid4().hex, {name: request[name] for name in ("check_in", "check_out")}
        self._ask("search", lambda: guest.get("/hotels/search", adults=2, **where, **dates))
        booking = self._ask("book", lambda: guest.post("/bookings", request, key)).json()
        payment = until("a link", lambda: self._started(guest, f"/bookings/{booking['id']}/payments"))
        stay = Stay(guest, booking, payment)
        self.running.pay(stay)
        self.stays.append(stay)

    def _started(self, guest: Person, path: str) -> str | None:
        """The reference of an attempt that can be paid. One whose link was lost is replaced by another soon."""
        key = uuid.uuid4().hex
        payment = self._ask("start", lambda: guest.post(path, {}, key)).json()
        return str(payment["reference"]) if payment["authorization_url"] else None

    def _ask(self, what: str, send: Callable[[], requests.Response]) -> requests.Response:
        """Until the answer is another than 503."""
        while True:
            answer = send()
            self.told.append(Told(time.monotonic(), what, answer))
            if answer.status_code != 503:
                expect(answer.ok, f"{what}: {answer.status_code} {answer.text[:300]}")
                return answer
            time.sleep(0.1)


@pytest.mark.slow
def test_case_25_postgresql_crashes_under_load(running: Running) -> None:
    before, crowd = everybody(running), Crowd(running)
    with running.screen() as screen:
        with crowd.busy():
            until("guests who have paid", lambda: len(crowd.stays) >= GUESTS, 60)
            with away(running, "immediate"):
                until(
                    "refusals", lambda: len([told for told in crowd.told if told.answer.status_code == 503]) >= GUESTS
                )
            back = time.monotonic()
            until("all to work again", lambda: all(crowd.good(what, back) for what in ("search", "book", "start")), 60)
        assert crowd.lost == []
        assert_only_503(crowd)
        assert everybody(running) == before
        # The last webhook may be on its way still, and one that met 503 is made good by a look at its payment.
        until("all who paid to have it", lambda: {running.status(stay) for stay in crowd.stays} == {"confirmed"}, 60)
        running.come_to_rest(60)
        assert_kept(running, crowd)
        once = [stay for stay in crowd.stays if running.value(ATTEMPTS, stay.id) == 1]
        assert len(crowd.stays) - len(once) <= GUESTS
        for stay in once:
            assert_confirmed_once(running, screen, stay)


def assert_only_503(crowd: Crowd) -> None:
    """No guest heard anything else that was bad, and none heard nothing."""
    bad = [told for told in crowd.told if not told.answer.ok]
    assert [told.answer.text for told in bad if not told.is_honest_503] == []


def assert_kept(running: Running, crowd: Crowd) -> None:
    """What a guest was told is in the database, and nothing that no guest was told."""
    promised = sorted(told.answer.json()["id"] for told in crowd.good("book"))
    emails = [guest.email for guest in crowd._guests]
    mine = "SELECT b.id::text FROM bookings b JOIN users u ON u.id = b.user_id WHERE u.email = ANY(%s::citext[]) ORDER BY 1"
    kept: list[dict[str, Any]] = running.look.execute(mine, [emails]).fetchall()
    assert [row["id"] for row in kept] == promised
    started = {told.answer.json()["reference"] for told in crowd.good("start")}
    known = running.look.execute("SELECT reference FROM payments WHERE reference = ANY(%s)", [list(started)]).fetchall()
    assert {row["reference"] for row in known} == started


@pytest.mark.parametrize("seconds", [0.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_case_26_postgresql_is_away_while_the_gateway_calls(running: Running, seconds: float) -> None:
    before = everybody(running)
    with running.screen() as screen, patient_gateway(running):
        stay = running.book_and_start()
        with away(running, "fast"):
            running.pay(stay)
            until("refused calls", lambda: len(attempts(running, stay)) >= 2)
            time.sleep(seconds)
        until("a call that is heard", lambda: attempts(running, stay)[-1]["status"] == 200, 60)
        until("a confirmed booking", lambda: running.status(stay) == "confirmed")
        *refused, heard = attempts(running, stay)
        assert {one["status"] for one in refused} == {503}
        assert (heard["status"], running.value(KEPT, stay.payment)) == (200, 1)
        running.come_to_rest()
        assert_confirmed_once(running, screen, stay)
    assert everybody(running) == before


def attempts(running: Running, stay: Stay) -> list[dict[str, Any]]:
    """How the gateway's calls about the payment were answered."""
    (delivery,) = running.at_gateway("deliveries", reference=stay.payment)
    made: list[dict[str, Any]] = delivery["attempts"]
    return made


@contextmanager
def patient_gateway(running: Running) -> Iterator[None]:
    """It goes on calling for more than a minute, as the real one does for three days."""
    url = f"{running.stage.sandbox}/_control/settings"
    before = requests.get(url, timeout=10).json()
    requests.put(url, json={"webhook_attempts": 40}, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.put(url, json={"webhook_attempts": before["webhook_attempts"]}, timeout=10).raise_for_status()
