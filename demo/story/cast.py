"""Who and what the scenes hand on to each other."""

from dataclasses import dataclass, field
from typing import Any

from demo.story.people import Person, Socket
from demo.story.stage import Stage
from demo.story.world import Hotel


@dataclass
class Cast:
    """Filled scene by scene, in the order of the story."""

    stage: Stage
    admin: Person = field(init=False)
    dashboard: Socket = field(init=False)
    hotel: Hotel = field(init=False)
    search_id: str = field(init=False)
    guest: Person = field(init=False)
    phone: Socket = field(init=False)
    booking: dict[str, Any] = field(init=False)
    key: str = field(init=False)
    request: dict[str, Any] = field(init=False)
    payment: dict[str, Any] = field(init=False)
    owner: Person = field(init=False)
    house: dict[str, Any] = field(init=False)
    rooms: list[dict[str, Any]] = field(init=False)
    plan: dict[str, Any] = field(init=False)
    house_dashboard: Socket = field(init=False)
    first_sold: dict[str, Any] = field(init=False)
    token: str = field(init=False)
    paid: list[str] = field(default_factory=list)
    late: dict[str, dict[str, Any]] = field(default_factory=dict)
    sockets: list[Socket] = field(default_factory=list)

    def listen(self, person: Person) -> Socket:
        """A socket of the person's, closed when the story ends."""
        socket = Socket(person)
        self.sockets.append(socket)
        return socket

    def close(self) -> None:
        for socket in self.sockets:
            socket.close()
