"""Guests who book and cancel again and again, what they were answered, and how long each answer took them."""

import math
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import requests

from demo.story.people import Person
from demo.story.stage import expect_status
from tests.faults.running import Running, Stay

PAUSE = 0.05
BOOKED, CANCELLED, BROKEN_OFF = 201, 200, 0


@dataclass(frozen=True)
class Told:
    """One answer. `status`: BROKEN_OFF when none came. `began`: on the monotonic clock."""

    what: str
    status: int
    began: float
    seconds: float
    booking_id: str


class Crowd:
    """Each has days of his own, so that nobody is ever in another's way. They begin and end with the block."""

    def __init__(self, running: Running, size: int) -> None:
        self._guests = [Person.registered(running.stage) for _ in range(size)]
        self._requests = [_again(running, guest) for guest in self._guests]
        self._lock = threading.Lock()
        self._told: list[Told] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, args=pair, daemon=True)
            for pair in zip(self._guests, self._requests, strict=True)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """They finish what they are at."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=40)
        assert not any(thread.is_alive() for thread in self._threads)

    def told(self, since: float = 0.0) -> list[Told]:
        """What was asked since that moment and is answered."""
        with self._lock:
            return [told for told in self._told if told.began >= since]

    def told_within(self, seconds: float) -> list[Told]:
        """What they ask in the next seconds and are answered meanwhile."""
        began = time.monotonic()
        time.sleep(seconds)
        return self.told(began)

    def _live(self, guest: Person, request: dict[str, Any]) -> None:
        while not self._over.is_set():
            booked = self._ask(guest, "book", "/bookings", request)
            if booked.status == BOOKED:
                self._ask(guest, "cancel", f"/bookings/{booked.booking_id}/cancel", {"reason": "Changed my mind"})
            time.sleep(PAUSE)

    def _ask(self, guest: Person, what: str, path: str, body: dict[str, Any]) -> Told:
        """Until there is an answer: with one key, so that nothing happens twice."""
        key = uuid.uuid4().hex
        while (told := self._ask_once(guest, what, path, body, key)).status == BROKEN_OFF and not self._over.is_set():
            time.sleep(PAUSE)
        return told

    def _ask_once(self, guest: Person, what: str, path: str, body: dict[str, Any], key: str) -> Told:
        began = time.monotonic()
        try:
            answer = guest.post(path, body, key)
            status, booking_id = answer.status_code, str(answer.json().get("id", ""))
        except requests.RequestException:
            status, booking_id = BROKEN_OFF, ""
        told = Told(what, status, began, time.monotonic() - began, booking_id)
        with self._lock:
            self._told.append(told)
        return told


def _again(running: Running, guest: Person) -> dict[str, Any]:
    """A request for a room that nobody else wants: that of a booking that was made and cancelled."""
    stay = running.book(guest)
    expect_status(guest.post(f"/bookings/{stay.id}/cancel", {"reason": "Only a try"}), CANCELLED)
    return the_very_room(stay)


def the_very_room(stay: Stay) -> dict[str, Any]:
    """A request for the same room and nights."""
    room = stay.booking["rooms"][0]
    return {
        "hotel_id": stay.booking["hotel_id"],
        "check_in": stay.booking["check_in"],
        "check_out": stay.booking["check_out"],
        "rooms": [{name: room[name] for name in ("room_id", "rate_plan_id", "adults", "children")}],
        "guest": {"name": "Bola Ade", "email": stay.email},
    }


def statuses(told: Sequence[Told]) -> set[tuple[str, int]]:
    """Which answers there were."""
    return {(one.what, one.status) for one in told}


def percentile(told: Sequence[Told], percent: int) -> float:
    """Seconds within which so many of a hundred answers came."""
    ordered = sorted(one.seconds for one in told)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def forgotten(running: Running, told: Sequence[Told]) -> list[Told]:
    """What was promised and is not in the database: a booking that is not there, a cancellation that did not happen."""
    rows = running.look.execute("SELECT id::text, status FROM bookings").fetchall()
    status = {row["id"]: row["status"] for row in rows}
    booked = [one for one in told if (one.what, one.status) == ("book", BOOKED) and one.booking_id not in status]
    cancelled = [one for one in told if (one.what, one.status) == ("cancel", CANCELLED)]
    return booked + [one for one in cancelled if status.get(one.booking_id) != "cancelled"]
