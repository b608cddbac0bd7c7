"""The sockets of this process and the server they hang on: who is in which room, and how someone is put out."""

from typing import Any
from uuid import UUID

import socketio

from app.core.logging import logger
from app.realtime.desk import Desk
from app.realtime.rooms import hotel_room, user_room
from app.realtime.sockets import PUT_OUT, Socket, Sockets

ROOT = "/"

log = logger(__name__)


class Hub:
    """Everything here stays within this process; none of it waits. `desk`: where those wait who ask who somebody is."""

    def __init__(self, server: socketio.Server, desk: Desk) -> None:
        self.server = server
        self.desk = desk
        self.sockets = Sockets()

    def is_open(self, sid: str) -> bool:
        """Whether the connection is accepted and not about to end."""
        return bool(self.server.manager.is_connected(sid, ROOT))

    def is_gone(self, sid: str) -> bool:
        """Whether nothing carries the socket any more: its client went while it was being accepted."""
        eio_sid = self.server.manager.eio_sid_from_sid(sid, ROOT)
        return eio_sid is None or eio_sid not in self.server.eio.sockets

    def admit(self, socket: Socket) -> None:
        """Raises TooManySockets."""
        self.sockets.add(socket)
        self.server.enter_room(socket.sid, user_room(socket.user_id))

    def watch(self, socket: Socket, hotel_id: UUID) -> None:
        socket.hotels.add(hotel_id)
        self.server.enter_room(socket.sid, hotel_room(hotel_id))

    def unwatch(self, socket: Socket, hotel_id: UUID) -> None:
        socket.hotels.discard(hotel_id)
        self.server.leave_room(socket.sid, hotel_room(hotel_id))

    def tell(self, room: str, event: str, payload: dict[str, Any]) -> None:
        """To the sockets of this process alone."""
        self.server.emit(event, payload, to=room, ignore_queue=True)

    def expel(self, socket: Socket, hotel_id: UUID) -> None:
        """Out of the hotel's room, and told so."""
        self.unwatch(socket, hotel_id)
        self.tell(socket.sid, "left_hotel", {"hotel_id": str(hotel_id), "reason": "not_a_member"})
        log.info("socket_expelled", user_id=str(socket.user_id), hotel_id=str(hotel_id))

    def put_out(self, socket: Socket, reason: str) -> None:
        """Ends the connection; the client hears `disconnecting {reason}` first."""
        if self.sockets.drop(socket.sid) is None:
            return
        self.tell(socket.sid, "disconnecting", {"reason": reason})
        self.server.disconnect(socket.sid, ignore_queue=True)
        PUT_OUT.labels(reason).inc()
        log.info("socket_put_out", user_id=str(socket.user_id), reason=reason)
