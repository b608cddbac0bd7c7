"""A wire that can be cut: TCP between one of our processes and a server, which loses, delays or refuses on demand."""

import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from runner.ports import pick

HOST = "127.0.0.1"
LOOK = 0.02
CHUNK = 65536
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a close sends RST instead of FIN


class Mode(StrEnum):
    PASS = "pass"
    REFUSE = "refuse"
    """Nobody new is let in; who is connected goes on."""
    DELAY = "delay"
    """Whatever comes goes on `seconds` later."""
    DROP_ANSWERS = "drop_answers"
    """What the server says is lost, once the client has said `after`. Whoever lost something is reset when the mode ends."""
    BLACKHOLE = "blackhole"
    """Nothing moves, nobody is told; what waited goes on afterwards."""
    RESET = "reset"
    """Every connection, old or new, is torn down."""


@dataclass
class _Link:
    """One client and his connection to the server."""

    client: socket.socket
    server: socket.socket
    asked: bool = False
    broken: bool = False

    def close(self, *, reset: bool) -> None:
        for end in (self.client, self.server):
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            end.close()


class Proxy:
    """Stands before the server at `upstream`, a port of loopback, for the length of the block. `dropped`: bytes lost so far."""

    def __init__(self, upstream: int) -> None:
        self.upstream, self.port = upstream, pick()
        self.mode, self.dropped = Mode.PASS, 0
        self._after, self._seconds = b"", 0.0
        self._listener: socket.socket | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        self._open()
        threading.Thread(target=self._let_in, name="proxy", daemon=True).start()
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopped.set()
        self._shut()

    def become(self, mode: Mode, *, after: bytes = b"", seconds: float = 0.2) -> None:
        """Holds for old and new connections from now on."""
        self._after, self._seconds, self.mode = after, seconds, mode
        self._shut() if mode is Mode.REFUSE else self._open()

    def _open(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((HOST, self.port), backlog=128)
            self._listener.settimeout(LOOK)

    def _shut(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # at once, though another thread looks at it
            listener.close()

    def _let_in(self) -> None:
        while not self._stopped.is_set():
            try:
                client = self._listener.accept()[0] if self._listener else None
            except OSError:
                continue
            if client is None:
                time.sleep(LOOK)
            else:
                threading.Thread(target=self._serve, args=[client], name="proxy-link", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.setblocking(True)
        try:
            server = socket.create_connection((HOST, self.upstream), timeout=5)
        except OSError:
            client.close()
            return
        link = _Link(client, server)
        try:
            while self._carried(link):
                pass
            link.close(reset=False)
        except OSError:
            link.close(reset=True)

    def _carried(self, link: _Link) -> bool:
        """One round for one link; False at its end. Raises ConnectionResetError when it is to be torn down."""
        if self.mode is Mode.RESET or (link.broken and self.mode is not Mode.DROP_ANSWERS):
            raise ConnectionResetError
        if self.mode is Mode.BLACKHOLE:
            time.sleep(LOOK)
            return not self._stopped.is_set()
        ready, _, _ = select.select([link.client, link.server], [], [], LOOK)
        return all(self._moved(link, source) for source in ready) and not self._stopped.is_set()

    def _moved(self, link: _Link, source: socket.socket) -> bool:
        data = source.recv(CHUNK)
        if self.mode is Mode.DELAY:
            time.sleep(self._seconds)
        if source is link.client:
            # Noted before it is sent: the answer may be there at once.
            link.asked = link.asked or (self.mode is Mode.DROP_ANSWERS and self._after in data)
            link.server.sendall(data)
        elif self.mode is Mode.DROP_ANSWERS and link.asked:
            link.broken, self.dropped = True, self.dropped + len(data)
        else:
            link.client.sendall(data)
        return bool(data)
