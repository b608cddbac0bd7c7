"""How often somebody may ask. Judged by this process alone, so that no request waits for Redis; a moment later it tells there what it
let in, and hears what the others did. So a limit holds for all processes together but for what they let in within that moment.

A window keeps how many it let in, and how many the one before did, whose share fades while the new one passes: the turn of a window
gives nobody his limit twice. Who is refused is not counted, so asking too early makes nobody wait longer.
"""

import threading
import time
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from app.core import redis_client
from app.core.logging import logger
from app.core.windows import Told, Window, Windows

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
MOMENT = 0.1
# Adds to a name's window by the clock of Redis. Returns the window's number, how many it and the one before let in, and the time.
ADD = """
local length, clock = tonumber(ARGV[1]), redis.call('TIME')
local number = math.floor(clock[1] / length)
local kept = redis.call('HMGET', KEYS[1], 'number', 'before', 'count')
local last, before, count = tonumber(kept[1] or -1), 0, 0
if last == number then
  before, count = tonumber(kept[2]), tonumber(kept[3])
elseif last == number - 1 then
  before = tonumber(kept[3])
end
count = count + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'number', number, 'before', before, 'count', count)
redis.call('EXPIRE', KEYS[1], 2 * length)
return {number, before, count, clock[1] * 1000 + math.floor(clock[2] / 1000)}
"""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` requests in `seconds`."""

    most: int
    seconds: int

    def times(self, factor: float) -> "Limit":
        """As much for so many; at least one."""
        return Limit(max(1, ceil(self.most * factor)), self.seconds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining`: how many more are let in within the next `seconds`; none if refused, and then that is how long to wait."""

    is_in: bool
    limit: Limit
    remaining: int
    seconds: int


class Counter:
    """The windows of this process, and the thread that settles them with the others'."""

    def __init__(self) -> None:
        self.windows = Windows()
        self.is_alone = False  # whether Redis was away when it was asked last
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, name: str, limit: Limit, processes: int) -> Verdict:
        """Counts one request of `name`. Alone, each of so many processes lets in its share."""
        if self.is_alone:
            limit = limit.times(1 / processes)
        is_in, window = self.windows.count(name, limit.most, limit.seconds)
        if not self._wake.is_set():
            self._settle_soon()
        return _let_in(limit, window) if is_in else _refused(limit, window)

    def settle(self) -> None:
        """Tells Redis what was let in, all names by one round trip, and learns what others let in. Away, it is not told later."""
        untold = self.windows.untold()
        if not untold:
            return
        told: list[list[int]] | None = redis_client.ask(lambda client: _add(client, untold), default=None)
        self.is_alone = told is None
        for (name, _, _), (number, before, counted, now) in zip(untold, told or [], strict=False):
            self.windows.ahead = now / 1000 - time.time()
            self.windows.learn(name, Told(number, before, counted))

    def _settle_soon(self) -> None:
        """A thread that has died with a fork, or could not be had, is tried for again; without it limits are this process's own."""
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._settle_for_ever, name="rate limits", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:
                self._wake.clear()
                log.warning("limits_not_settled", error=str(error))

    def _settle_for_ever(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(MOMENT)
            self._wake.clear()
            try:
                self.settle()
            except Exception:
                log.exception("limits_not_settled")


def _add(client: Any, untold: list[tuple[str, int, int]]) -> list[list[int]]:
    pipeline = client.pipeline(transaction=False)
    for name, seconds, hits in untold:
        pipeline.eval(ADD, 1, name, seconds, hits)
    answers: list[list[int]] = pipeline.execute()
    return answers


@cache
def limit_of(text: str) -> Limit:
    """`100/minute`, as the settings spell it."""
    most, _, unit = text.partition("/")
    return Limit(int(most), SECONDS[unit])


def count(name: str, limit: Limit, processes: int) -> Verdict:
    """Counts one request of `name` for this process and, soon, for all."""
    return _counter.count(redis_client.key(f"rate:{name}"), limit, processes)


def _let_in(limit: Limit, window: Window) -> Verdict:
    rest = limit.seconds - window.elapsed
    fading = window.before * rest / limit.seconds
    return Verdict(True, limit, max(0, int(limit.most - fading - window.count)), max(1, ceil(rest)))


def _refused(limit: Limit, window: Window) -> Verdict:
    return Verdict(False, limit, 0, max(1, ceil(_wait(limit, window))))


def _wait(limit: Limit, window: Window) -> float:
    """Seconds until one more fits: when enough of the window before has faded, or else of this one, in the next."""
    rest, room = limit.seconds - window.elapsed, limit.most - 1
    if window.count <= room:
        return rest - limit.seconds * (room - window.count) / window.before
    return rest + limit.seconds * (1 - room / window.count)


_counter = Counter()
