"""Sliding windows in the memory of this process: what counts requests while Redis is away."""

import threading
import time
from dataclasses import dataclass

MOST_NAMES = 50_000


@dataclass(slots=True)
class Window:
    """`before` and `count`: how many were let in during the window before and during this one; `elapsed`: seconds of it that are over."""

    before: int
    count: int
    elapsed: float

    def has_room(self, most: int, seconds: int) -> bool:
        return self.before * (1 - self.elapsed / seconds) + self.count + 1 <= most


class LocalWindows:
    """The windows of many names. Those of names that have gone quiet are dropped, and all of them before there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, Window]] = {}

    def count(self, name: str, most: int, seconds: int) -> tuple[bool, Window]:
        """Whether this one is let in, and the window as it is now."""
        number, elapsed = divmod(time.time(), seconds)
        with self._lock:
            window = self._turned(name, int(number), elapsed)
            is_in = window.has_room(most, seconds)
            window.count += is_in
            self._kept[name] = (int(number), window)
            return is_in, window

    def _turned(self, name: str, number: int, elapsed: float) -> Window:
        if name not in self._kept and len(self._kept) >= MOST_NAMES:
            self._kept.clear()
        last, window = self._kept.get(name, (number, Window(0, 0, 0.0)))
        if last == number:
            return Window(window.before, window.count, elapsed)
        return Window(window.count if last == number - 1 else 0, 0, elapsed)
