"""The open sockets of this process: who each belongs to, until when, and which hotels it watches."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from prometheus_client import Counter as Count
from prometheus_client import Gauge

from app.realtime.errors import TooManySockets

MOST_PER_USER = 20

OPEN = Gauge("smartstay_sockets_open", "Sockets that are open", multiprocess_mode="livesum")
REFUSED = Count("smartstay_sockets_refused_total", "Sockets that were refused, by reason", ["code"])
PUT_OUT = Count("smartstay_sockets_put_out_total", "Sockets that the server ended, by reason", ["reason"])


@dataclass(slots=True)
class Socket:
    """`expires_at`: the end of its token, in seconds of the epoch."""

    sid: str
    user_id: UUID
    session_id: UUID
    expires_at: float
    hotels: set[UUID] = field(default_factory=set)


class Sockets:
    """Changed by one greenlet at a time: no method waits for anything."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Socket] = {}
        self._per_user: Counter[UUID] = Counter()

    def add(self, socket: Socket) -> None:
        """Raises TooManySockets when the user has as many open here as one may have."""
        if self._per_user[socket.user_id] >= MOST_PER_USER:
            raise TooManySockets
        self._by_sid[socket.sid] = socket
        self._per_user[socket.user_id] += 1
        OPEN.inc()

    def drop(self, sid: str) -> Socket | None:
        """Forgets the socket; None when it is not known (any more)."""
        socket = self._by_sid.pop(sid, None)
        if socket is None:
            return None
        self._per_user[socket.user_id] -= 1
        if not self._per_user[socket.user_id]:
            del self._per_user[socket.user_id]
        OPEN.dec()
        return socket

    def find(self, sid: str) -> Socket | None:
        return self._by_sid.get(sid)

    def all(self) -> list[Socket]:
        """Those open now; the list does not change while it is walked."""
        return list(self._by_sid.values())

    def hotels(self) -> set[UUID]:
        """The hotels that someone here watches."""
        return {hotel_id for socket in self._by_sid.values() for hotel_id in socket.hotels}
