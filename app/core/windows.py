"""Sliding windows in the memory of this process, and what it has not yet told the others of them."""

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


@dataclass(frozen=True, slots=True)
class Told:
    """What all processes together know of a name: the window's number, and how many it and the one before let in."""

    number: int
    before: int
    count: int


class Windows:
    """The windows of many names, which are numbered through all time. When there are too many names, all are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, Window]] = {}
        self._untold: dict[str, tuple[int, int]] = {}
        self.ahead = 0.0  # seconds by which the clock that all go by is ahead of ours

    def count(self, name: str, most: int, seconds: int) -> tuple[bool, Window]:
        """Whether this one is let in, and the window as it is now."""
        number, elapsed = divmod(time.time() + self.ahead, seconds)
        with self._lock:
            number, window = self._kept[name] = self._turned(name, int(number), elapsed)
            is_in = window.has_room(most, seconds)
            if is_in:
                window.count += 1
                self._untold[name] = (seconds, self._untold.get(name, (seconds, 0))[1] + 1)
            return is_in, window

    def untold(self) -> list[tuple[str, int, int]]:
        """Names, the seconds of their windows and how many were let in, since this was asked last."""
        with self._lock:
            taken, self._untold = self._untold, {}
        return [(name, seconds, hits) for name, (seconds, hits) in taken.items()]

    def learn(self, name: str, told: Told) -> None:
        """What the others let in counts here from now on. Never fewer than are known here: who forgot may be the one who tells."""
        with self._lock:
            number, window = self._kept.get(name, (told.number, Window(0, 0, 0.0)))
            if number == told.number:
                _, hits = self._untold.get(name, (0, 0))
                window.before, window.count = max(window.before, told.before), max(window.count, told.count + hits)
                self._kept[name] = (number, window)

    def _turned(self, name: str, number: int, elapsed: float) -> tuple[int, Window]:
        if name not in self._kept and len(self._kept) >= MOST_NAMES:
            self._kept.clear()
        last, window = self._kept.get(name, (number, Window(0, 0, 0.0)))
        if last == number:
            return number, Window(window.before, window.count, elapsed)
        if last == number + 1:  # the clock was set back a little, just as the window had turned
            return last, Window(window.before, window.count, 0.0)
        return number, Window(window.count if last == number - 1 else 0, 0, elapsed)
