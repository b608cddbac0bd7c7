"""`python -m demo watch [HOTEL]`: a dashboard in the terminal. Knows the system only as its clients do.

Follows the hotel as every client should: after a pause it joins again with the number of the last event it has.
"""

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import requests
import socketio

from demo.ordered_client import OrderedClient
from demo.world.accounts import ACCOUNTS, DEMO_PASSWORD, HOTEL_ADMIN, PLATFORM_ADMIN

API: Final = "/api/v1"
TIMEOUT_SECONDS: Final = 10
RENEW_BEFORE: Final = 60


class WatchError(Exception):
    """Why nothing can be watched, for the terminal."""


@dataclass
class Login:
    """A person's tokens, renewed as long as somebody watches. `ends_at`: on the monotonic clock."""

    api: str
    access_token: str = ""
    refresh_token: str = field(default="", repr=False)
    ends_at: float = 0.0

    def open(self, email: str) -> dict[str, Any]:
        """Returns the person. Raises WatchError."""
        return self._take("/auth/login", {"email": email, "password": DEMO_PASSWORD})

    def renew(self) -> None:
        """Raises WatchError."""
        self._take("/auth/refresh", {"refresh_token": self.refresh_token})

    def get(self, path: str, **query: str) -> Any:
        """Raises WatchError."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return _answer(lambda: requests.get(self.api + path, query, headers=headers, timeout=TIMEOUT_SECONDS))

    def _take(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        answer = _answer(lambda: requests.post(self.api + path, json=body, timeout=TIMEOUT_SECONDS))
        self.access_token, self.refresh_token = answer["access_token"], answer["refresh_token"]
        self.ends_at = time.monotonic() + answer["expires_in"]
        return dict(answer["user"])


class Screen:
    """Prints what the hotel is told, one line an event, each number once."""

    def __init__(self, client: socketio.Client, hotel_id: str) -> None:
        self.client, self.hotel_id = client, hotel_id
        self.last: int | None = None
        self.joined = False
        self.held_back: list[tuple[str, dict[str, Any]]] = []
        self.lock = threading.Lock()

    def join(self) -> None:
        """The answer's events first, then those that came while it was on its way."""
        with self.lock:
            self.joined = False
        more = True
        while more:
            wish = {"hotel_id": self.hotel_id, "after": self.last}
            answer = self.client.call("join_hotel", wish, timeout=TIMEOUT_SECONDS)
            if not answer["ok"]:
                print(f"not joined: {answer['code']}")
                return
            more = answer["more"]
            self._catch_up(answer)

    def hear(self, event: str, payload: Any = None) -> None:
        """Whatever the server sends."""
        with self.lock:
            if "seq" not in payload:
                _print(event, payload)
            elif event == "hotel_seq":
                self._compare(payload["seq"])
            elif self.joined:
                self._show(event, payload)
            else:
                self.held_back.append((event, payload))

    def _catch_up(self, answer: dict[str, Any]) -> None:
        with self.lock:
            for told in answer["events"]:
                self._show(told["event"], told["data"])
            self.last = answer["seq"]
            self.joined = not answer["more"]
            if self.joined:
                held_back, self.held_back = self.held_back, []
                for event, payload in sorted(held_back, key=lambda held: int(held[1]["seq"])):
                    self._show(event, payload)

    def _compare(self, seq: int) -> None:
        if self.joined and self.last is not None and seq > self.last:
            # Not here: the answer is heard by the thread that this stands in.
            threading.Thread(target=self.join, daemon=True).start()

    def _show(self, event: str, payload: dict[str, Any]) -> None:
        if self.last is None or payload["seq"] > self.last:
            self.last = payload["seq"]
            _print(event, payload)


def watch(hotel: str | None) -> int:
    """Prints the events of the hotel with that slug (default: the story's) until Ctrl-C. Returns the exit status."""
    login = Login(os.environ.get("PUBLIC_API_URL", "http://127.0.0.1:8000") + API)
    try:
        hotel_id = _find_hotel(login, hotel or str(HOTEL_ADMIN.hotel_slug))
        _follow(login, hotel_id)
    except (WatchError, socketio.exceptions.ConnectionError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def _follow(login: Login, hotel_id: str) -> None:
    url = os.environ.get("REALTIME_URL") or os.environ.get("PUBLIC_REALTIME_URL") or "http://127.0.0.1:8001"
    client = OrderedClient()
    screen = Screen(client, hotel_id)
    client.on("*", screen.hear)
    client.on("connect", screen.join)
    client.connect(url, auth=lambda: {"token": login.access_token}, wait_timeout=TIMEOUT_SECONDS)
    print(f"watching hotel {hotel_id} at {url}; Ctrl-C ends")
    try:
        while True:
            time.sleep(1)
            _stay(login, client)
    finally:
        client.disconnect()


def _stay(login: Login, client: socketio.Client) -> None:
    if time.monotonic() < login.ends_at - RENEW_BEFORE or not client.connected:
        return
    login.renew()
    answer = client.call("authenticate", {"token": login.access_token}, timeout=TIMEOUT_SECONDS)
    if not answer["ok"]:
        raise WatchError(f"the server does not take the new token: {answer['code']}")


def _find_hotel(login: Login, slug: str) -> str:
    """Logs in as the hotel's own admin if there is a demo account for him, else as the platform's. Raises WatchError."""
    for account in ACCOUNTS:
        if account.role == "hotel_admin" and account.hotel_slug == slug:
            return str(login.open(account.email)["memberships"][0]["hotel_id"])
    login.open(PLATFORM_ADMIN.email)
    return _find_by_slug(login, slug)


def _find_by_slug(login: Login, slug: str) -> str:
    query = {"limit": "100"}
    while True:
        page = login.get("/hotels", **query)
        for found in page["items"]:
            if found["slug"] == slug:
                return str(found["id"])
        if page["next_cursor"] is None:
            raise WatchError(f"no hotel is called {slug}")
        query["cursor"] = page["next_cursor"]


def _answer(ask: Any) -> Any:
    try:
        answer = ask()
        answer.raise_for_status()
    except requests.RequestException as error:
        raise WatchError(f"the API does not answer as hoped: {error}") from error
    return answer.json()


def _print(event: str, payload: dict[str, Any]) -> None:
    facts = {name: value for name, value in payload.items() if name not in {"seq", "hotel_id", "timestamp"}}
    told = "  ".join(f"{name}={value}" for name, value in facts.items())
    print(f"{payload.get('timestamp', '')[11:23]:12} {payload.get('seq', ''):>6} {event:20} {told}", flush=True)
