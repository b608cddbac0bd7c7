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


@dataclass(frozen=True, slots=True)
class Cached:
    """`age` in seconds: 0 when the answer was computed just now."""

    body: str
    age: int


def through(namespace: str, question: str, seconds: int, compute: Callable[[], str]) -> Cached:
    """The answer to `question`, at most `seconds` old. `seconds` = 0: always computed."""
    if seconds == 0:
        return Cached(compute(), 0)
    name = redis_client.key(f"{namespace}:{hashlib.sha256(question.encode()).hexdigest()[:32]}")
    found = _find(name, seconds)
    if found is not None:
        return found
    if _may_fill(name):
        return Cached(_fill(name, seconds, compute), 0)
    return _await(name, seconds) or Cached(compute(), 0)


def _may_fill(name: str) -> bool:
    """Whether nobody is at it already."""

    def claim(client: Any) -> bool:
        return bool(client.set(f"{name}:filling", 1, nx=True, px=FILLING_MS))

    return redis_client.ask(claim, default=True)


def _fill(name: str, seconds: int, compute: Callable[[], str]) -> str:
    try:
        body = compute()
        redis_client.ask(lambda client: client.set(name, body, px=seconds * 1000), default=None)
        return body
    finally:
        redis_client.ask(lambda client: bool(client.delete(f"{name}:filling")), default=False)


def _await(name: str, seconds: int) -> Cached | None:
    """The answer somebody else computes right now, if it comes in time."""
    patient_until = time.monotonic() + PATIENCE
    while time.monotonic() < patient_until:
        time.sleep(PAUSE)
        found = _find(name, seconds)
        if found is not None:
            return found
    return None


def _find(name: str, seconds: int) -> Cached | None:
    def look(client: Any) -> tuple[str | None, int]:
        body, left = client.pipeline().get(name).pttl(name).execute()
        return body, left

    nothing: tuple[str | None, int] = (None, 0)
    body, left = redis_client.ask(look, default=nothing)
    return None if body is None else Cached(body, max(1, seconds - left // 1000))
