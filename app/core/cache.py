"""Whole answers kept for seconds in Redis. Without Redis everyone computes for himself."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core import redis_client


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
    body = compute()
    redis_client.ask(lambda client: client.set(name, body, px=seconds * 1000), default=None)
    return Cached(body, 0)


def _find(name: str, seconds: int) -> Cached | None:
    def look(client: Any) -> tuple[str | None, int]:
        body, left = client.pipeline().get(name).pttl(name).execute()
        return body, left

    nothing: tuple[str | None, int] = (None, 0)
    body, left = redis_client.ask(look, default=nothing)
    return None if body is None else Cached(body, max(0, seconds - left // 1000))
