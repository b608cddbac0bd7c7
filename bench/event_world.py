"""A whole system with the sample world for benches: guests who pay, people who watch, as clients see them."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from app.config import Settings
from app.core import db
from demo.story.people import Person
from demo.story.stage import Stage, expect_status
from demo.story.world import Hotel, is_story_hotel, search
from demo.world.accounts import DEMO_PASSWORD, HOTEL_ADMIN
from runner.environment import WEBHOOK_PATH
from runner.processes import WITHOUT_FLOWER
from runner.system import System

# Nobody looks after a payment before its webhook is sent.
SETTINGS = {
    "PAYMENT_RECHECK_SECONDS": "600",
    "HOLDS_PER_GUEST": "1000",
    "HOLDS_PER_EMAIL": "1000",
    "PASSWORD_HASH_MEMORY_KIB": "64",
    "SOCKETS_PER_ADDRESS": "5000",
    "SEARCH_CACHE_SECONDS": "0",
}
BOOT_PATIENCE = 180.0
FIRST_DAY = 20


@dataclass(frozen=True)
class Paid:
    """A booking whose payment has succeeded at the gateway, and the webhook that says so, which nobody has sent."""

    booking_id: str
    body: bytes
    headers: dict[str, str]


class World:
    """Made of a System that runs. `guest` and `admin` are logged in; `settings` lead to its servers."""

    def __init__(self, system: System) -> None:
        self.system = system
        told = system.settings()
        self.stage = Stage(
            api=told["PUBLIC_API_URL"] + "/api/v1",
            realtime=told["PUBLIC_REALTIME_URL"],
            sandbox=told["SANDBOX_URL"],
            redis_url=told["REDIS_URL"],
            hold_seconds=900,
        )
        self.settings = Settings(process="cli", database_url=told["DATABASE_URL"], redis_url=told["REDIS_URL"])
        db.connect(self.settings)
        self.hotel = Hotel(self.stage, _story_hotel(self.stage))
        self.guest = Person.registered(self.stage)
        self.admin = Person(self.stage, HOTEL_ADMIN.email, DEMO_PASSWORD)
        self._webhook = told["PUBLIC_API_URL"] + WEBHOOK_PATH
        self._http = requests.Session()
        self._days = itertools.count(FIRST_DAY)

    def paid_unheard(self) -> Paid:
        """Booked, started and paid; the gateway keeps its webhook."""
        request = self.hotel.request(self.hotel.pay_now["Deluxe"], start=next(self._days), nights=1)
        booking = self.guest.book(request)
        reference = self.guest.start_payment(booking["id"])["reference"]
        lost = {"scope": reference, "webhook": "lost", "times": 1}
        expect_status(requests.put(self._control("switches"), json=lost, timeout=10), 200)
        expect_status(requests.post(self._control("pay"), json={"reference": reference}, timeout=30), 200)
        (kept,) = expect_status(requests.get(self._control("deliveries"), {"reference": reference}, timeout=10), 200)
        headers = {"content-type": "application/json", "x-paystack-signature": kept["signature"]}
        return Paid(booking["id"], kept["body"].encode(), headers)

    def tell(self, paid: Paid) -> float:
        """Sends the webhook; when its 200 had come, in seconds of the epoch."""
        answer = self._http.post(self._webhook, paid.body, headers=paid.headers, timeout=30)
        answered = time.time()
        expect_status(answer, 200)
        return answered

    def _control(self, path: str) -> str:
        return f"{self.stage.sandbox}/_control/{path}"


def _story_hotel(stage: Stage) -> str:
    found: list[dict[str, Any]] = search(stage)["items"]
    (hotel_id,) = [str(item["hotel"]["id"]) for item in found if is_story_hotel(item)]
    return hotel_id


@contextmanager
def world(name: str) -> Iterator[World]:
    """A system of its own, durable, every program but Flower; gone afterwards."""
    system = System(name, persistent=False, durable=True, overrides=SETTINGS, programs=WITHOUT_FLOWER)
    try:
        system.start_servers()
        system.migrate()
        system.load_demo("small")
        system.start_processes()
        system.wait_ready(BOOT_PATIENCE)
        yield World(system)
    finally:
        system.destroy()
