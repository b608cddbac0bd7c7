"""Whose password is hashed when: a hash is dear (some 0.2 s of a core, 64 MiB), so that each process makes two at a time at most.

There are two lanes with a thread each: one for people whom we know (they are logged in, or the account was used from their address
before), one for everybody else. However many strangers try passwords, those we know have their turn; and the strangers' thread tells
the kernel that all other work goes first, so that searches go on beside it. A request that has its turn or waits for it keeps one of
the few threads that serve everybody: so many in all are let in (a setting), one fewer of the strangers, the next are told to come back.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from app.config import settings
from app.core.errors import Busy

T = TypeVar("T")

PATIENCE = 3.0
STRANGERS_NICENESS = 10
NICEST = 19


class Room:
    """Where the requests of both lanes are; `kept_free`: places that a lane must leave to the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.inside = 0

    def enter(self, *, kept_free: int) -> None:
        """Raises Busy."""
        with self._lock:
            if self.inside >= settings().password_threads - kept_free:
                raise _busy()
            self.inside += 1

    def leave(self) -> None:
        with self._lock:
            self.inside -= 1


class Lane:
    """One turn at a time, in the order in which they were asked for."""

    def __init__(self, name: str, room: Room, *, kept_free: int = 0, niceness: int = 0) -> None:
        self._room, self._kept_free = room, kept_free
        self._thread = ThreadPoolExecutor(1, f"passwords-{name}", initializer=partial(_be_nice, niceness))

    def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, when it had its turn. Raises Busy when too many wait, or when the wait gets too long."""
        self._room.enter(kept_free=self._kept_free)
        try:
            return _awaited(self._thread.submit(copy_context().run, work))
        finally:
            self._room.leave()


def _awaited(turn: "Future[T]") -> T:
    with suppress(TooLong):
        return turn.result(timeout=PATIENCE)
    if turn.cancel():
        raise _busy()
    return turn.result()  # it has begun


def _busy() -> Busy:
    return Busy("Many people log in right now; try again", retry_after=1)


def _be_nice(niceness: int) -> None:
    """Linux alone takes this for a single thread."""
    if niceness and sys.platform == "linux":
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(NICEST, usual + niceness))


_ROOM = Room()
KNOWN = Lane("known", _ROOM)
STRANGERS = Lane("strangers", _ROOM, kept_free=1, niceness=STRANGERS_NICENESS)
