"""Many sockets at little cost: one thread each, speaking the protocol by hand. They come back when they are cut off, as clients must."""

import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import websocket

from demo.story.people import Person

PATH = "/socket.io/?EIO=4&transport=websocket"
CONNECT_SECONDS = 30.0
READ_SECONDS = 1.0
LONGEST_PAUSE = 0.5

OPEN, PING, PONG, CONNECTED, EVENT = "0", "2", "3", "40", "42"


def dial(url: str, **options: Any) -> websocket.WebSocket:
    """A connection that has not logged in. Raises websocket.WebSocketException, OSError."""
    line = websocket.create_connection(
        url.replace("http", "ws", 1) + PATH, timeout=CONNECT_SECONDS, suppress_origin=True, **options
    )
    assert str(line.recv()).startswith(OPEN)
    return line


def log_in(line: websocket.WebSocket, token: str) -> dict[str, Any] | None:
    """What it is refused with, if it is."""
    line.send(CONNECTED + json.dumps({"token": token}))
    answer = str(line.recv())
    if answer.startswith(CONNECTED):
        return None
    refusal: dict[str, Any] = json.loads(answer[2:])
    return refusal


class Refused(Exception):
    """Its argument is the code."""


class Phone:
    """One guest's socket. Whenever it is connected it reads the booking it is about: what it missed it learns there."""

    def __init__(self, person: Person, url: str, booking_id: str) -> None:
        self.person, self.url, self.booking_id = person, url, booking_id
        self.connections = 0
        self.status = ""
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.troubles: list[str] = []
        self.is_on = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def told(self, name: str, **facts: Any) -> int:
        """How often it heard such an event."""
        return sum(heard == name and facts.items() <= data.items() for heard, data in list(self.heard))

    def hang_up(self) -> None:
        self._over.set()

    def wait_gone(self) -> None:
        self._thread.join(CONNECT_SECONDS)
        assert not self._thread.is_alive()

    def _live(self) -> None:
        while not self._over.is_set():
            try:
                self._talk()
            except (websocket.WebSocketException, OSError, Refused) as error:
                self.is_on = False
                self.troubles.append(repr(error))
                self._over.wait(random.uniform(0.1, LONGEST_PAUSE))

    def _talk(self) -> None:
        line = dial(self.url)
        try:
            if refusal := log_in(line, self.person.token):
                raise Refused(refusal["data"]["code"])
            self.connections += 1
            self.status = self._read()
            self.is_on = True
            self._listen(line)
        finally:
            line.close()

    def _read(self) -> str:
        return str(self.person.booking(self.booking_id)["status"])

    def _listen(self, line: websocket.WebSocket) -> None:
        line.settimeout(READ_SECONDS)
        while not self._over.is_set():
            try:
                self._take(line, str(line.recv()))
            except websocket.WebSocketTimeoutException:
                continue

    def _take(self, line: websocket.WebSocket, message: str) -> None:
        if message == PING:
            line.send(PONG)
        elif message.startswith(EVENT):
            name, data = json.loads(message[len(EVENT) :])
            self.heard.append((name, data))
            if name == "booking_changed" and data["booking_id"] == self.booking_id:
                self.status = data["status"]


@contextmanager
def hung_up(phones: Sequence[Phone]) -> Iterator[None]:
    """They are gone after the block."""
    try:
        yield
    finally:
        for phone in phones:
            phone.hang_up()
        for phone in phones:
            phone.wait_gone()
