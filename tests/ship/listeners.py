"""Dashboards of one hotel that come back by themselves, over the carrier that they are told."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import socketio
from engineio.payload import Payload

from demo.story.people import Person
from demo.story.stage import until

# This client alone refuses a poll that brings more packets than these; browsers do not.
Payload.max_decode_packets = 1000


class Listener:
    """Joins the hotel whenever it connects. `heard`: the ids of the bookings it was told of; `joins`: how often it came."""

    def __init__(self, person: Person, hotel_id: str, transport: str) -> None:
        self.hotel_id = hotel_id
        self.heard: set[str] = set()
        self.joins = 0
        self._after: int | None = None
        self._lock = threading.Lock()
        self.client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5, handle_sigint=False)
        self.client.on("connect", self._join)
        self.client.on("new_booking", self._told)
        url, token = person.stage.realtime, {"token": person.token}
        self.client.connect(url, auth=token, transports=[transport], wait_timeout=15)

    def _join(self) -> None:
        self.client.emit("join_hotel", {"hotel_id": self.hotel_id, "after": self._after}, callback=self._joined)

    def _joined(self, answer: dict[str, Any]) -> None:
        assert answer["ok"], answer
        for event in answer["events"]:
            if event["event"] == "new_booking":
                self._told(event["data"])
        with self._lock:
            self._after = answer["seq"]
            self.joins += 1

    def _told(self, data: dict[str, Any]) -> None:
        with self._lock:
            self.heard.add(data["booking_id"])


@contextmanager
def listening(person: Person, hotel_id: str, transports: Sequence[str]) -> Iterator[list[Listener]]:
    """One dashboard for each of the carriers, all of them in the hotel's room; closed afterwards."""
    listeners: list[Listener] = []
    try:
        for transport in transports:
            listeners.append(Listener(person, hotel_id, transport))
        until("all joins", lambda: all(listener.joins for listener in listeners))
        yield listeners
    finally:
        for listener in listeners:
            listener.client.disconnect()


def all_hear(listeners: Sequence[Listener], booking_id: str) -> None:
    """Waits until each was told of the booking, live or on coming back."""
    until(f"{booking_id} at all", lambda: all(booking_id in listener.heard for listener in listeners), 60)
