"""Whose password is checked when: a hash is dear (some 0.2 s of a core, 64 MiB), so that each process makes two at a time at most.

There are two lanes with a thread each: one for people whom we know (they are logged in, or the account was used from their address
before), one for everybody else. However many strangers try passwords, those we know have their turn at once; and the strangers' thread
tells the kernel that all other work goes first, so that searches go on beside it. A request that waits for its turn keeps one of the
few threads that serve everybody: of each lane only so many wait (a setting), the next are told to come back.
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


class Lane:
    """One turn at a time, in the order in which they were asked for."""

    def __init__(self, name: str, niceness: int) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._thread = ThreadPoolExecutor(1, f"passwords-{name}", initializer=partial(_be_nice, niceness))

    def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, when it had its turn. Raises Busy when too many wait, or when the wait gets too long."""
        self._enter()
        try:
            return self._awaited(self._thread.submit(copy_context().run, work))
        finally:
            self._leave()

    def _awaited(self, turn: "Future[T]") -> T:
        with suppress(TooLong):
            return turn.result(timeout=PATIENCE)
        if turn.cancel():
            raise Busy("Many people log in right now; try again")
        return turn.result()  # it has begun

    def _enter(self) -> None:
        with self._lock:
            if self._inside > settings().passwords_waiting:
                raise Busy("Many people log in right now; try again")
            self._inside += 1

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1


def _be_nice(niceness: int) -> None:
    """Linux alone takes this for a single thread."""
    if niceness and sys.platform == "linux":
        thread = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(NICEST, usual + niceness))


KNOWN = Lane("known", 0)
STRANGERS = Lane("strangers", STRANGERS_NICENESS)
