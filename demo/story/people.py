"""The people of the story: what they can do with an HTTP client and a socket."""

import itertools
import random
import threading
import time
import uuid
from typing import Any

import requests

from demo.ordered_client import OrderedClient
from demo.story.stage import Stage, expect, expect_status, until

PASSWORD = "a-long-enough-password"
PATIENCE = 60.0

_number = itertools.count(1)


class Person:
    """Someone with an account, logged in. Every write carries a fresh Idempotency-Key unless one is given."""

    def __init__(self, stage: Stage, email: str, password: str) -> None:
        self.stage, self.email = stage, email
        answer = _post_patiently(f"{stage.api}/auth/login", {"email": email, "password": password})
        self.token: str = expect_status(answer, 200)["access_token"]
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    @classmethod
    def registered(cls, stage: Stage, name: str = "Guest") -> "Person":
        """A new guest: registers and logs in."""
        email = f"{name.lower()}.{next(_number)}.{uuid.uuid4().hex[:6]}@example.com"
        body = {"email": email, "password": PASSWORD, "full_name": f"{name} Okafor", "phone": "08000000001"}
        expect_status(_post_patiently(f"{stage.api}/auth/register", body | {"accepted_terms": True}), 201)
        return cls(stage, email, PASSWORD)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.http.get(self.stage.api + path, params=query, timeout=30)

    def post(self, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> requests.Response:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return self.http.post(self.stage.api + path, json=body or {}, headers=headers, timeout=30)

    def book(self, request: dict[str, Any]) -> dict[str, Any]:
        """Books; expected to work."""
        booking: dict[str, Any] = expect_status(self.post("/bookings", request), 201)
        return booking

    def booking(self, booking_id: str) -> dict[str, Any]:
        """The booking as it is now."""
        found: dict[str, Any] = expect_status(self.get(f"/bookings/{booking_id}"), 200)
        return found

    def start_payment(self, booking_id: str) -> dict[str, Any]:
        """Starts a payment and waits for its link, should it be queued."""
        started: dict[str, Any] = self.post(f"/bookings/{booking_id}/payments").json()
        expect("reference" in started, f"no payment was started: {started}")
        path = f"/payments/{started['reference']}"
        return until("the link to the checkout", lambda: self._with_link(path))

    def _with_link(self, path: str) -> dict[str, Any] | None:
        payment: dict[str, Any] = self.get(path).json()
        return payment if payment.get("authorization_url") else None


def _post_patiently(url: str, body: dict[str, Any]) -> requests.Response:
    """As a client should where passwords are checked: told that many are at it, it comes back when it was told to."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = requests.post(url, json=body, timeout=30)
        if answer.status_code != 503 or time.monotonic() > deadline:
            return answer
        time.sleep(float(answer.headers.get("Retry-After", 1)) * random.uniform(0.5, 1.0))


class Socket:
    """A Socket.IO connection that remembers what it was told."""

    def __init__(self, person: Person) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._lock = threading.Lock()
        self.client = OrderedClient(reconnection=True)
        self.client.on("*", self._hear)
        self.client.connect(person.stage.realtime, auth={"token": person.token}, wait_timeout=15)

    def _hear(self, name: str, payload: dict[str, Any] | None = None) -> None:
        with self._lock:
            self.heard.append((name, payload or {}))

    def join(self, hotel_id: str) -> dict[str, Any]:
        """Asks to join a hotel; the acknowledgement."""
        answer: dict[str, Any] = self.client.call("join_hotel", {"hotel_id": hotel_id}, timeout=15)
        return answer

    def all(self, name: str, **facts: Any) -> list[dict[str, Any]]:
        """What was heard under this name with these facts."""
        with self._lock:
            return [told for heard, told in self.heard if heard == name and facts.items() <= told.items()]

    def wait(self, name: str, **facts: Any) -> dict[str, Any]:
        """The first such event, when it comes."""
        return until(f"{name} {facts}", lambda: self.all(name, **facts))[0]

    def close(self) -> None:
        self.client.disconnect()
