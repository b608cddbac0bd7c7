"""What our sockets put on the wire is what a WebSocket client reads."""

import socket
import threading
from types import SimpleNamespace

import pytest
import simple_websocket  # type: ignore[import-untyped]
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from app.realtime.carrier import BoundedServer, framed


def read(wire: bytes) -> str:
    """The one text message that a client of the protocol finds."""
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(wire)
    (event,) = client.events()
    assert isinstance(event, TextMessage)
    assert event.message_finished
    return event.data


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_text_of_any_length_is_one_frame(length: int) -> None:
    assert read(framed("x" * length)) == "x" * length


def test_length_counts_bytes_not_letters() -> None:
    assert read(framed("₦" * 100)) == "₦" * 100


def test_what_the_kernel_does_not_take_at_once_is_sent_all_the_same() -> None:
    """Two megabytes into a socket pair whose buffers hold a fraction of them."""
    ours, theirs = socket.socketpair()
    server = SimpleNamespace(connected=True, sock=ours)
    text = "₦" * 700_000
    sender = threading.Thread(target=BoundedServer.send, args=(server, text))
    sender.start()
    came = b""
    while len(came) < len(framed(text)):
        came += theirs.recv(65_536)
    sender.join(5)
    assert came == framed(text)
    ours.close()
    theirs.close()


def test_nothing_is_sent_to_who_has_gone() -> None:
    server = SimpleNamespace(connected=False, close_reason=1001, close_message="gone")
    with pytest.raises(simple_websocket.ConnectionClosed):
        BoundedServer.send(server, "late")
