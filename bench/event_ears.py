"""Listeners so light that a thousand in one process cost less than what they listen to: plain sockets on one epoll.

A dashboard speaks Engine.IO 4 over a WebSocket as its packets stand in the bytes; a subscriber speaks Redis's own protocol.
Both are heard alike: something has arrived when its mark is among the bytes.
"""

import json
import resource
import select
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

PATIENCE = 30.0
FILES = 8192
CHUNK = 65536
PING = b"\x81\x012"  # a frame whose text is Engine.IO's ping
PONG = b"\x81\x81\0\0\0\0003"
HELLO = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c21hcnRzdGF5IGJlbmNoISE=\r\n\r\n"
)


class Ear(Protocol):
    """Something connected. `take`: the bytes that have come."""

    socket: socket.socket

    def take(self) -> bytes: ...


class Dashboard:
    """One browser's dashboard of a hotel. Raises ConnectionError when it is refused."""

    def __init__(self, url: str, token: str, hotel_id: str) -> None:
        self.socket = _connected(url)
        self.socket.sendall(HELLO.format(host=urlsplit(url).netloc).encode())
        self._await(b'0{"sid"')
        self._say("40" + json.dumps({"token": token}))
        self._await(b'40{"sid"')
        self._say("420" + json.dumps(["join_hotel", {"hotel_id": hotel_id}]))
        self._await(b'430[{"ok":true')

    def take(self) -> bytes:
        """Answers the server's pings on the way. Raises ConnectionError when it has hung up."""
        came = _received(self.socket)
        if PING in came:
            self.socket.sendall(PONG)
        return came

    def _await(self, mark: bytes) -> None:
        came = b""
        while mark not in came:
            came += self.take()

    def _say(self, packet: str) -> None:
        """A masked text frame; a mask of zeros leaves the text as it is."""
        text = packet.encode()
        length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + len(text).to_bytes(2, "big")
        self.socket.sendall(b"\x81" + length + bytes(4) + text)


class Subscriber:
    """One subscriber of a Redis channel."""

    def __init__(self, url: str, channel: str) -> None:
        self.socket = _connected(url)
        self.socket.sendall(f"SUBSCRIBE {channel}\r\n".encode())
        _received(self.socket)

    def take(self) -> bytes:
        """Raises ConnectionError when Redis has hung up."""
        return _received(self.socket)


class Crowd:
    """Ears that are listened to together."""

    def __init__(self, ears: Iterable[Ear] = ()) -> None:
        self._poll = select.epoll()
        self._ears: dict[int, Ear] = {}
        for ear in ears:
            self.add(ear)

    def __len__(self) -> int:
        return len(self._ears)

    def add(self, ear: Ear) -> None:
        self._ears[ear.socket.fileno()] = ear
        self._poll.register(ear.socket.fileno(), select.EPOLLIN)

    def hear(self, mark: bytes) -> Sequence[float]:
        """When each heard it, in seconds of the epoch, the first one first. Raises TimeoutError."""
        heard: dict[int, float] = {}
        deadline = time.monotonic() + PATIENCE
        while len(heard) < len(self):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(heard)} of {len(self)} heard {mark!r} within {PATIENCE:.0f} s")
            for number, _ in self._poll.poll(1.0):
                if mark in self._ears[number].take():
                    heard.setdefault(number, time.time())
        return list(heard.values())

    def listen(self, *marks: bytes) -> tuple[bytes, float]:
        """The bytes in which the first of them heard all the marks, and when. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for number, _ in self._poll.poll(1.0):
                came = self._ears[number].take()
                if all(mark in came for mark in marks):
                    return came, time.time()
        raise TimeoutError(f"nobody heard {marks} within {PATIENCE:.0f} s")

    def rest(self) -> None:
        """Reads what has come, and so answers pings."""
        while ready := self._poll.poll(0):
            for number, _ in ready:
                self._ears[number].take()

    def close(self) -> None:
        for ear in self._ears.values():
            ear.socket.close()
        self._poll.close()


def allow_many_files() -> None:
    """A process may usually have 1,024 open, and a crowd is two thousand sockets."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most == resource.RLIM_INFINITY else min(FILES, most), most))


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _received(connection: socket.socket) -> bytes:
    came = connection.recv(CHUNK)
    if not came:
        raise ConnectionError("the other side has hung up")
    return came
