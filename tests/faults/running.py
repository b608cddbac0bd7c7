"""The whole system for fault tests: real servers and processes, a small world, gates in the database, people who use it."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from demo.story.people import Person
from demo.story.stage import PATIENCE, Stage, StepFailed, expect_status, until
from demo.story.world import Hotel
from demo.world.accounts import DEMO_PASSWORD, HOTEL_ADMIN
from demo.world.story import STORY_SLUG
from runner.children import is_alive, kill_all, wait_gone
from runner.environment import DATABASE
from runner.paths import ROOT
from runner.processes import BY_NAME, WITHOUT_FLOWER
from runner.readiness import answers
from runner.system import System
from tests.faults import gates
from tests.faults.invariants import assert_whole
from tests.faults.screen import Screen

# Holds that outlive a test unless it moves them; looks at unheard payments and refunds as often as a test can wait.
PREFIX = "faults:"
SETTINGS = {
    "REDIS_PREFIX": PREFIX,
    "HOLD_SECONDS": "90",
    "HOLD_WARNING_SECONDS": "20",
    "HOLD_EXTENSION_SECONDS": "60",
    "HOLD_GRACE_SECONDS": "3",
    "HOLDS_PER_GUEST": "100",
    "HOLDS_PER_EMAIL": "100",
    "PASSWORD_HASH_MEMORY_KIB": "64",
    "ACCESS_TOKEN_SECONDS": "7200",
    "PAYMENT_RECHECK_SECONDS": "2",
    "REFUND_FOLLOW_SECONDS": "1",
    "SEARCH_CACHE_SECONDS": "0",
    "DATABASE_POOL_SIZE": "5",
    "DATABASE_POOL_OVERFLOW": "5",
    "LOG_LEVEL": "INFO",
}
HOTELS = "3"
BOOT_PATIENCE = 120.0
FREE = """
SELECT id::text FROM rooms WHERE room_type_id = %s AND NOT EXISTS (
    SELECT FROM allocations a WHERE a.room_id = rooms.id AND a.stay && daterange(%s::date, %s::date)
) ORDER BY number LIMIT 1
"""


@dataclass(frozen=True)
class Stay:
    """What one guest booked; `payment` is the reference of the attempt, if one was started."""

    guest: Person
    booking: dict[str, Any]
    payment: str = ""

    @property
    def id(self) -> str:
        return str(self.booking["id"])

    @property
    def reference(self) -> str:
        return str(self.booking["reference"])

    @property
    def email(self) -> str:
        return str(self.booking["guest"]["email"])


class Running:
    """Made of a System that has started; `look` reads and moves rows behind the application's back."""

    def __init__(self, system: System) -> None:
        self.system = system
        told = system.settings()
        self._origin: str = json.loads(told["CORS_ORIGINS"])[0]
        self.stage = Stage(
            api=told["PUBLIC_API_URL"] + "/api/v1",
            realtime=told["PUBLIC_REALTIME_URL"],
            sandbox=told["SANDBOX_URL"],
            redis_url=told["REDIS_URL"],
            hold_seconds=float(told["HOLD_SECONDS"]),
        )
        self.look: gates.Connection = connected(system)
        self.hotel_row = self.row("SELECT id, email::text FROM hotels WHERE slug = %s", STORY_SLUG)
        self.hotel = Hotel(self.stage, str(self.hotel_row["id"]))
        self.admin = Person(self.stage, HOTEL_ADMIN.email, DEMO_PASSWORD)
        # Round and round, for there are ten such rooms; the days beyond are those of tests that name theirs, and of `play`.
        self._days = itertools.cycle(range(20, 178, 3))

    # --- looking -----------------------------------------------------------------------------------------------------

    def row(self, statement: str, *values: object) -> dict[str, Any]:
        """The one row that it finds."""
        (found,) = self.look.execute(statement, values).fetchall()
        return found

    def value(self, statement: str, *values: object) -> Any:
        return next(iter(self.row(statement, *values).values()))

    def status(self, stay: Stay) -> str:
        return str(self.value("SELECT status FROM bookings WHERE id = %s", stay.id))

    def mails(self, to: str, about: Stay) -> list[dict[str, Any]]:
        """What an address got about a booking."""
        return [mail for mail in self.stage.mails(to) if about.reference in mail["subject"] + mail["text"]]

    def at_gateway(self, path: str, **query: str) -> list[dict[str, Any]]:
        """The sandbox's own books: `transactions`, `refunds`, `deliveries`."""
        found: list[dict[str, Any]] = requests.get(f"{self.stage.sandbox}/_control/{path}", query, timeout=10).json()
        return found

    # --- people ------------------------------------------------------------------------------------------------------

    def book(self, guest: Person | None = None, *, plan: str = "pay_now") -> Stay:
        """One room for two nights that nobody else wants."""
        who = guest or Person.registered(self.stage)
        request = self.hotel.request(getattr(self.hotel, plan)["Deluxe"], start=next(self._days))
        request["guest"]["email"] = who.email
        return Stay(who, who.book(request))

    def request_of_one_room(self, start: int) -> dict[str, Any]:
        """A booking of one very room that nobody has taken on these days: whoever sends it twice wants the same."""
        plan = self.hotel.pay_now["Deluxe"]
        request = self.hotel.request(plan, start=start)
        room = self.value(FREE, plan.room_type_id, request["check_in"], request["check_out"])
        return self.hotel.request(plan, start=start, room_id=room)

    def book_and_start(self, guest: Person | None = None) -> Stay:
        """Booked, and at the checkout."""
        stay = self.book(guest)
        return Stay(stay.guest, stay.booking, stay.guest.start_payment(stay.id)["reference"])

    def pay(self, stay: Stay) -> None:
        """The gateway takes the money; it tells us as its switches say."""
        answer = requests.post(f"{self.stage.sandbox}/_control/pay", json={"reference": stay.payment}, timeout=30)
        assert expect_status(answer, 200)["status"] == "success"

    def pay_unheard(self, stay: Stay) -> None:
        """The same, and its webhook never comes."""
        lost = {"scope": stay.payment, "webhook": "lost", "times": 1}
        expect_status(requests.put(f"{self.stage.sandbox}/_control/switches", json=lost, timeout=10), 200)
        self.pay(stay)

    def lapse(self, stay: Stay, seconds: float) -> None:
        """Time passes for one hold: it ends so many seconds from now."""
        ends = "clock_timestamp() + make_interval(secs => %s)"
        self.look.execute(
            f"WITH b AS (UPDATE bookings SET hold_expires_at = {ends}, release_at = {ends} WHERE id = %s RETURNING id, release_at)"
            " UPDATE allocations SET hold_expires_at = b.release_at FROM b JOIN booking_rooms r ON r.booking_id = b.id"
            " WHERE booking_room_id = r.id",
            [seconds, seconds, stay.id],
        )

    @contextmanager
    def screen(self) -> Iterator[Screen]:
        """The hotel's dashboard; closed afterwards."""
        screen = Screen(self.admin, self.hotel.id, self._origin)
        try:
            yield screen
        finally:
            screen.close()

    # --- faults ------------------------------------------------------------------------------------------------------

    def kill(self, victim: str) -> set[int]:
        """SIGKILL for a program's main process and all below it, or for Redis, whose data is lost. Returns who died."""
        if victim == "redis":
            pids = {self.system.redis.pid or 0}
            self.system.redis.kill()
            self.system.redis.wipe()
        else:
            pids = {self.system.pid(victim), *self.system.children(victim)}
            kill_all(pids)
        assert wait_gone(pids, patience=2) == []
        return pids

    def back(self, victim: str, died: set[int]) -> None:
        """Redis is started again; programs are by their supervisor, and this waits until they run, or answer."""
        if victim == "redis":
            self.system.redis.start()
        else:
            until(f"another {victim}", lambda: self._runs_anew(victim, died), BOOT_PATIENCE)

    def _runs_anew(self, victim: str, died: set[int]) -> bool:
        info, health = self.system.supervisor.info(victim), BY_NAME[victim].health
        runs = info.state == "RUNNING" and info.pid not in died and is_alive(info.pid)
        return runs and (health is None or answers(health.format_map(self.system.settings())))

    @contextmanager
    def frozen(self, *programs: str) -> Iterator[None]:
        """Nothing of these programs moves meanwhile."""
        pids = [pid for name in programs for pid in (self.system.pid(name), *self.system.children(name))]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def queued(self, queue: str) -> int:
        """How many messages wait in Redis."""
        with self.system.redis.client() as client:
            return int(client.llen(PREFIX + queue))

    # --- the end of a test -------------------------------------------------------------------------------------------

    def come_to_rest(self, within: float = PATIENCE) -> None:
        """Nothing is owed any more. Time passes for what only waits: the look after a started payment, the next run of a check."""
        self.look.execute("UPDATE outbox SET due_at = clock_timestamp() WHERE name = 'payments.start'")
        self.look.execute("UPDATE outbox SET run_until = clock_timestamp() WHERE name = 'payments.verify'")
        with suppress(StepFailed):
            until("an empty outbox", lambda: self.owed() == [], within)
        assert self.owed() == []

    def owed(self) -> list[dict[str, Any]]:
        """Jobs and events in the outbox."""
        return self.look.execute("SELECT kind, name, attempts, due_at, run_until, last_error FROM outbox").fetchall()

    def assert_whole(self) -> None:
        """The invariants, with the gateway's own books."""
        taken = self.at_gateway("transactions")
        paid = {one["reference"]: one["amount"] for one in taken if one["status"] in ("success", "reversed")}
        assert_whole(self.look, paid)


def connected(system: System) -> gates.Connection:
    """A connection of the test's own."""
    url = system.postgres.url(DATABASE).replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)


@contextmanager
def started(*, keep_logs: Callable[[], bool]) -> Iterator[Running]:
    """A system of its own, gone afterwards, but for its logs if `keep_logs` says so then."""
    system = System("faults", persistent=False, overrides=SETTINGS, programs=WITHOUT_FLOWER)
    try:
        system.start_servers()
        system.migrate()
        load = [sys.executable, "-m", "demo", "load", "--hotels", HOTELS]
        subprocess.run(load, check=True, env=system.environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
        with connected(system) as connection:
            gates.build(connection)
        system.start_processes()
        system.wait_ready(BOOT_PATIENCE)
        yield Running(system)
    finally:
        system.destroy(keep_logs=keep_logs())
