"""Work that is due later, on threads that end with the sandbox and never hold up an answer."""

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable

WORKERS = 8
logger = logging.getLogger(__name__)


class Background:
    """Daemon threads: a receiver that never answers must not keep the process alive."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.changed = threading.Condition()
        self.waiting: list[tuple[float, int, Callable[[], None]]] = []
        self.ready: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.order = itertools.count()

    def start(self) -> None:
        for target in [self._watch, *[self._work] * WORKERS]:
            threading.Thread(target=target, name="sandbox-background", daemon=True).start()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        with self.changed:
            heapq.heappush(self.waiting, (time.monotonic() + max(0.0, seconds), next(self.order), work))
            self.changed.notify()

    def sleep(self, seconds: float) -> None:
        """Sleeps, but wakes at once when the sandbox stops."""
        self.stopped.wait(seconds)

    def stop(self) -> None:
        self.stopped.set()
        with self.changed:
            self.waiting.clear()
            self.changed.notify()
        for _ in range(WORKERS):
            self.ready.put(lambda: None)

    def _watch(self) -> None:
        with self.changed:
            while not self.stopped.is_set():
                due_in = self.waiting[0][0] - time.monotonic() if self.waiting else None
                if due_in is not None and due_in <= 0:
                    self.ready.put(heapq.heappop(self.waiting)[2])
                else:
                    self.changed.wait(due_in)

    def _work(self) -> None:
        while not self.stopped.is_set():
            work = self.ready.get()
            try:
                work()
            except Exception:
                # After stop the state is closed, and work that was under way finds that out here.
                if not self.stopped.is_set():
                    logger.exception("background work failed")
