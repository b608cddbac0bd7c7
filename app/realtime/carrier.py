"""Engine.IO with bounds.

Without them a stranger fills our memory: the library reads messages of any length, as many as are sent, and keeps who
does not read.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import engineio
import simple_websocket  # type: ignore[import-untyped]
from engineio.async_drivers.gevent import WebSocketWSGI
from socketio.packet import BINARY_ACK, BINARY_EVENT, Packet

from app.core.logging import logger

LARGEST_MESSAGE = 16 * 1024
MOST_UNREAD = 64
TEXT = 0x81  # one whole text message

log = logger(__name__)


class TextPacket(Packet):  # type: ignore[misc]
    """No binary events: nobody here speaks them, and their parts would be gathered in memory until the last one comes."""

    def decode(self, encoded_packet: Any) -> int:
        """Raises ValueError."""
        if super().decode(encoded_packet) or self.packet_type in {BINARY_EVENT, BINARY_ACK}:
            raise ValueError("binary packets are not accepted")
        return 0


@lru_cache(maxsize=8)
def framed(text: str) -> bytes:
    """The text as a server's frame (RFC 6455, 5.2), which is the same for everybody: one event is framed once for all."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload


class BoundedServer(simple_websocket.Server):  # type: ignore[misc]
    """Ends a connection that sends more than we work through; what was read before is still worked through."""

    def send(self, data: str) -> None:
        """Sends all of it. The library's own forgets what the kernel did not take at once, and frames for each anew."""
        if not self.connected:
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        frame = framed(data)
        sent = self.sock.send(frame)
        if sent < len(frame):
            self.sock.sendall(frame[sent:])

    def _handle_events(self) -> bool:
        return bool(super()._handle_events()) and len(self.input_buffer) <= MOST_UNREAD


class BoundedWebSocket(WebSocketWSGI):  # type: ignore[misc]
    """Engine.IO's WebSocket on gunicorn's gevent worker."""

    def __call__(self, environ: dict[str, Any], _start_response: Callable[..., Any]) -> Any:
        self.ws = BoundedServer(environ, max_message_size=LARGEST_MESSAGE, **self.server_args)
        try:
            self.app(self)
        except Exception as error:
            # What cannot even be taken apart (nesting, no packet at all) leaves the library's loop without any cleaning up.
            log.info("carrier_ended", reason=type(error).__name__)
            self.app.__self__.close(wait=False, abort=True)
        # This is how gunicorn is told that the connection was taken over and nothing is left to answer.
        raise StopIteration


def bound(engine: engineio.Server) -> None:
    """Puts the bounds on a server. There are no options for them."""
    # The table belongs to the driver's module, so this server gets a copy.
    engine._async = {**engine._async, "websocket": BoundedWebSocket}
    engine.disconnect = partial(hang_up, engine)


def hang_up(engine: engineio.Server, eio_sid: str) -> None:
    """Ends a connection at once; the library's own waits until the other side has read everything, if need be for ever."""
    carrier = engine.sockets.get(eio_sid)
    if carrier is not None:
        carrier.close(wait=False)
