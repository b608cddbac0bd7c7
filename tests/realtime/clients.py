"""A dashboard: python-socketio's client, and the rule by which clients follow a hotel without gap or duplicate."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engineio.payload import Payload

from app.auth.service import login
from app.auth.service.opened import Device, LoggedIn
from demo.ordered_client import OrderedClient
from tests.factories import PASSWORD, Person
from tests.realtime.processes import Realtime, wait_until

TRANSPORTS = ("websocket", "polling")
# This client alone refuses a poll that brings more packets than these; browsers do not.
Payload.max_decode_packets = 1000


class Dashboard:
    """Remembers what it hears, in order, as (event, payload)."""

    def __init__(self) -> None:
        self.client = OrderedClient(reconnection=False)
        self.heard: list[tuple[str, Any]] = []
        self.refusals: list[Any] = []
        self.ended = threading.Event()
        self.client.on("*", lambda event, *payload: self.heard.append((event, *payload)))
        self.client.on("connect_error", self.refusals.append)
        self.client.on("disconnect", lambda *_reason: self.ended.set())

    def open(self, realtime: Realtime, auth: Any, transport: str = "websocket", query: str = "") -> None:
        """Raises socketio.exceptions.ConnectionError when refused."""
        self.client.connect(realtime.url + query, auth=auth, transports=[transport], wait_timeout=10)

    def ask(self, command: str, *payload: Any) -> dict[str, Any]:
        """The acknowledgement."""
        answer: dict[str, Any] = self.client.call(command, payload, timeout=10)
        return answer

    def named(self, event: str) -> list[Any]:
        """The payloads of that event so far."""
        return [payload for name, payload in list(self.heard) if name == event]

    def await_event(self, event: str, count: int = 1, seconds: float = 5.0) -> list[Any]:
        wait_until(lambda: len(self.named(event)) >= count, seconds)
        return self.named(event)


class Follower(Dashboard):
    """Follows one hotel as clients are told to: hold back live events until the join is answered, then drop known numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[int] = []
        self.last: int | None = None
        self.early: list[int] = []
        self.duplicates = 0
        self.lock = threading.Lock()
        self.client.on("new_booking", self._live)

    def follow(self, hotel_id: Any, after: int) -> dict[str, Any]:
        answer = self.ask("join_hotel", {"hotel_id": str(hotel_id), "after": after})
        with self.lock:
            self.last = after
            for seq in [event["seq"] for event in answer["events"]] + self.early:
                self._take(seq)
        return answer

    def _live(self, payload: Any) -> None:
        with self.lock:
            if self.last is None:
                self.early.append(payload["seq"])
            else:
                self._take(payload["seq"])

    def _take(self, seq: int) -> None:
        assert self.last is not None
        if seq <= self.last:
            self.duplicates += 1
            return
        self.last = seq
        self.followed.append(seq)


def log_in(person: Person) -> LoggedIn:
    return login.by_password(person.email, PASSWORD, Device())


@contextmanager
def dashboard(realtime: Realtime, token: str, transport: str = "websocket") -> Iterator[Dashboard]:
    """An open socket; closed afterwards."""
    screen = Dashboard()
    screen.open(realtime, {"token": token}, transport)
    try:
        yield screen
    finally:
        screen.client.disconnect()
