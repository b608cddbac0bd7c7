"""The wire itself: each mode does what it says, to old connections and new ones."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import HOST, Mode, Proxy

SOON = 0.3


@pytest.fixture
def wire() -> Iterator[Proxy]:
    """Before a server that says everything back, in capitals."""
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        with Proxy(listener.getsockname()[1]) as proxy:
            yield proxy
        listener.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=echo, args=[client], daemon=True).start()


def echo(client: socket.socket) -> None:
    with client:
        try:
            while said := client.recv(1000):
                client.sendall(said.upper())
        except OSError:
            return


def dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=5)


def said(line: socket.socket, words: bytes = b"hello", *, within: float = 5) -> bytes:
    line.settimeout(within)
    line.sendall(words)
    return line.recv(1000)


def test_everything_passes_both_ways_and_so_does_the_end(wire: Proxy) -> None:
    with dial(wire) as line:
        assert said(line) == b"HELLO"
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1000) == b""


def test_nobody_new_is_let_in_and_who_is_there_stays(wire: Proxy) -> None:
    with dial(wire) as line:
        assert said(line) == b"HELLO"
        wire.become(Mode.REFUSE)
        with pytest.raises(ConnectionRefusedError):
            dial(wire)
        assert said(line) == b"HELLO"
    wire.become(Mode.PASS)
    with dial(wire) as line:
        assert said(line) == b"HELLO"


def test_a_delay_is_paid_on_both_ways(wire: Proxy) -> None:
    wire.become(Mode.DELAY, seconds=0.2)
    with dial(wire) as line:
        began = time.monotonic()
        assert said(line) == b"HELLO"
        assert time.monotonic() - began >= 0.4


def test_an_answer_is_lost_and_its_connection_dies_with_the_mode(wire: Proxy) -> None:
    with dial(wire) as losing, dial(wire) as other:
        wire.become(Mode.DROP_ANSWERS, after=b"COMMIT")
        assert said(losing, b"begin") == b"BEGIN"
        with pytest.raises(TimeoutError):
            said(losing, b"COMMIT", within=SOON)
        assert said(other, b"select") == b"SELECT"
        assert wire.dropped == len(b"COMMIT")
        wire.become(Mode.PASS)
        losing.settimeout(5)
        with pytest.raises(ConnectionResetError):
            losing.recv(1000)
        assert said(other) == b"HELLO"


def test_what_a_black_hole_swallowed_comes_late(wire: Proxy) -> None:
    with dial(wire) as line:
        wire.become(Mode.BLACKHOLE)
        with pytest.raises(TimeoutError):
            said(line, within=SOON)
        with dial(wire) as late, pytest.raises(TimeoutError):
            said(late, within=SOON)
        wire.become(Mode.PASS)
        line.settimeout(5)
        assert line.recv(1000) == b"HELLO"


def test_old_and_new_connections_are_reset(wire: Proxy) -> None:
    with dial(wire) as line:
        assert said(line) == b"HELLO"
        wire.become(Mode.RESET)
        with pytest.raises(ConnectionError):
            said(line)
    with pytest.raises(ConnectionError), dial(wire) as line:
        said(line)
    wire.become(Mode.PASS)
    with dial(wire) as line:
        assert said(line) == b"HELLO"
