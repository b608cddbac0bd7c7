"""Whole answers kept for seconds in Redis. Without Redis everyone computes for himself.

One computes an answer that is not there; who asks for it meanwhile waits for him, but not for long: a filler may die.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core import redis_client

FILLING_MS = 2000
PATIENCE = 0.1
PAUSE = 0.01
# The answer and its milliseconds left; or nothing, and whether the asker is now the one who computes it.
LOOK = """
local body = redis.call('GET', KEYS[1])
if body then return {body, redis.call('PTTL', KEYS[1])} end
if redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) then return {false, 1} end
return {false, 0}
"""


@dataclass(frozen=True, slots=True)
class Cached:
    """`age` in seconds: 0 when the answer was computed just now."""

    body: str
    age: int


def through(namespace: str, question: str, seconds: int, compute: Callable[[], str]) -> Cached:
    """The answer to `question`, at most `seconds` old. `seconds` = 0: always computed.

    One round trip to Redis for an answer that is there, two for one that is not.
    """
    if seconds == 0:
        return Cached(compute(), 0)
    name = redis_client.key(f"{namespace}:{hashlib.sha256(question.encode()).hexdigest()[:32]}")
    found = _look_patiently(name, seconds)
    if found is True:
        return Cached(_fill(name, seconds, compute), 0)
    return found or Cached(compute(), 0)


def _look_patiently(name: str, seconds: int) -> Cached | bool:
    """As `_look`, but somebody who computes the answer right now is given a moment."""
    patient_until = time.monotonic() + PATIENCE
    found = _look(name, seconds)
    while found is False and time.monotonic() < patient_until:
        time.sleep(PAUSE)
        found = _look(name, seconds)
    return found


def _look(name: str, seconds: int) -> Cached | bool:
    """The answer; where there is none, whether it is now the caller's to compute. His, too, without Redis."""

    def look(client: Any) -> tuple[str | None, int]:
        body, number = client.eval(LOOK, 2, name, _filling(name), FILLING_MS)
        return body, number

    absent: tuple[str | None, int] = (None, 1)
    body, number = redis_client.ask(look, default=absent)
    return number == 1 if body is None else Cached(body, max(1, seconds - number // 1000))


def _fill(name: str, seconds: int, compute: Callable[[], str]) -> str:
    try:
        body = compute()
    except BaseException:
        redis_client.ask(lambda client: bool(client.delete(_filling(name))), default=False)
        raise
    redis_client.ask(lambda client: _keep(client, name, body, seconds * 1000), default=None)
    return body


def _keep(client: Any, name: str, body: str, milliseconds: int) -> None:
    client.pipeline().set(name, body, px=milliseconds).delete(_filling(name)).execute()


def _filling(name: str) -> str:
    return f"{name}:filling"
