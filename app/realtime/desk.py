"""Where everybody who connects is looked up, some at a time.

After a restart all sockets come back at once. Each would want a connection of the pool, most would get none in time and be
refused, and clients do not come back by themselves after a refusal. Waiting here costs them a moment instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.core.errors import Unavailable

LONGEST_WAIT = 15.0


class Desk:
    """`places`: how many are served at once; fewer than the pool has connections, for others need some too."""

    def __init__(self, places: int) -> None:
        self._places = BoundedSemaphore(places)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a place and gives it back. Raises Unavailable when none is free for too long."""
        if not self._places.acquire(timeout=LONGEST_WAIT):
            raise Unavailable("Too many connect at once")
        try:
            yield
        finally:
            self._places.release()
