"""A hotel's dashboard that survives what it watches: it comes back, joins again after what it has, and knows events by their number."""

import threading
from typing import Any

import socketio

from demo.story.people import Person
from demo.story.stage import until


class Screen:
    """Follows one hotel from now on, as clients are told to. `origin`: the page that its browser says it shows."""

    def __init__(self, person: Person, hotel_id: str, origin: str) -> None:
        self.hotel_id = hotel_id
        self.told: dict[int, tuple[str, dict[str, Any]]] = {}
        self.joins = 0
        self._after: int | None = None
        self._lock = threading.Lock()
        self.client = socketio.Client(
            reconnection_delay=0.1,
            reconnection_delay_max=0.3,
            randomization_factor=0,
            handle_sigint=False,
            websocket_extra_options={"origin": origin},
        )
        self.client.on("connect", self._join)
        self.client.on("*", self._hear)
        url, token = person.stage.realtime, {"token": person.token}
        self.client.connect(url, auth=token, transports=["websocket"], wait_timeout=15)
        until("the join", lambda: self.joins > 0)

    def named(self, name: str, **facts: Any) -> list[int]:
        """The numbers of the events of this name with these facts."""
        with self._lock:
            return [seq for seq, (told, data) in self.told.items() if told == name and facts.items() <= data.items()]

    def missed(self, last: int) -> list[int]:
        """The numbers up to `last` that it should know and does not."""
        with self._lock:
            return [seq for seq in range((self._after or 0) + 1, last + 1) if seq not in self.told]

    def close(self) -> None:
        self.client.disconnect()

    def _join(self) -> None:
        wish = {"hotel_id": self.hotel_id, "after": self._known()}
        self.client.emit("join_hotel", wish, callback=self._joined)

    def _known(self) -> int | None:
        """The last number before the first gap; None before the first join."""
        with self._lock:
            known = self._after
            while known is not None and known + 1 in self.told:
                known += 1
            return known

    def _joined(self, answer: dict[str, Any]) -> None:
        if not answer["ok"]:
            return
        if self._after is None:
            self._after = answer["seq"]
        for event in answer["events"]:
            self._take(event["event"], event["data"])
        self.joins += 1

    def _hear(self, name: str, payload: dict[str, Any] | None = None) -> None:
        data = payload or {}
        if name == "hotel_seq" and data["seq"] > (self._known() or 0):
            self._join()
        elif name != "hotel_seq" and "seq" in data:
            self._take(name, data)

    def _take(self, name: str, data: dict[str, Any]) -> None:
        """The same number always tells the same; a number that comes twice counts once."""
        with self._lock:
            assert self.told.setdefault(data["seq"], (name, data)) == (name, data)
