"""How often somebody may ask: a sliding window, counted in Redis for all processes together, and in this process while Redis is away.

A window keeps how many it let in, and how many the one before did, whose share fades while the new one passes. So a name costs three
numbers, and the turn of a window gives nobody his limit twice. Who is refused is not counted, so asking too early makes nobody wait longer.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from app.core import redis_client
from app.core.local_windows import LocalWindows, Window

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
# What LocalWindows does, by the clock of Redis. Returns whether this one is let in, then the window as it is now.
COUNT = """
local most, length = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local number, elapsed = math.floor(now / length), now % length
local kept = redis.call('HMGET', KEYS[1], 'number', 'before', 'count')
local last, before, count = tonumber(kept[1] or -1), 0, 0
if last == number then
  before, count = tonumber(kept[2]), tonumber(kept[3])
elseif last == number - 1 then
  before = tonumber(kept[3])
end
local is_in = before * (1 - elapsed / length) + count + 1 <= most
if is_in then
  count = count + 1
  redis.call('HSET', KEYS[1], 'number', number, 'before', before, 'count', count)
  redis.call('PEXPIRE', KEYS[1], 2 * length - elapsed)
end
return {is_in and 1 or 0, before, count, elapsed}
"""


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


@cache
def limit_of(text: str) -> Limit:
    """`100/minute`, as the settings spell it."""
    most, _, unit = text.partition("/")
    return Limit(int(most), SECONDS[unit])


def count(name: str, limit: Limit, processes: int) -> Verdict:
    """Counts one request of `name`, by one round trip. While Redis is away each of so many processes lets in its share."""
    key = redis_client.key(f"rate:{name}")

    def ask(client: Any) -> list[int] | None:
        told: list[int] = client.eval(COUNT, 1, key, limit.most, limit.seconds)
        return told

    told = redis_client.ask(ask, default=None)
    if told is None:
        share = limit.times(1 / processes)
        is_in, window = _local.count(name, share.most, share.seconds)
        return _let_in(share, window) if is_in else _refused(share, window)
    window = Window(before=told[1], count=told[2], elapsed=told[3] / 1000)
    return _let_in(limit, window) if told[0] else _refused(limit, window)


def _let_in(limit: Limit, window: Window) -> Verdict:
    rest = limit.seconds - window.elapsed
    fading = window.before * rest / limit.seconds
    return Verdict(True, limit, int(limit.most - fading - window.count), max(1, ceil(rest)))


def _refused(limit: Limit, window: Window) -> Verdict:
    return Verdict(False, limit, 0, max(1, ceil(_wait(limit, window))))


def _wait(limit: Limit, window: Window) -> float:
    """Seconds until one more fits: when enough of the window before has faded, or else of this one, in the next."""
    rest, room = limit.seconds - window.elapsed, limit.most - 1
    if window.count <= room:
        return rest - limit.seconds * (room - window.count) / window.before
    return rest + limit.seconds * (1 - room / window.count)


_local = LocalWindows()
