"""Redis for the request path: it may be away at any time, and no request waits longer than 0.3 s to find that out.

No retries (a lost reply would repeat the command), and a breaker: a Redis that does not answer costs those who wait for it at that moment
their 0.3 s, and after that one request in two seconds, which looks whether it is back.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.breaker import Breaker
from app.core.logging import logger

T = TypeVar("T")

TIMEOUT = 0.3
REST_SECONDS = 2.0

log = logger(__name__)


class _Bound:
    client: "redis.Redis | None" = None
    prefix: str = ""
    breaker: Breaker = Breaker(1, REST_SECONDS)


def connect(url: str, prefix: str) -> None:
    """Binds this process to its Redis; nothing is opened before the first command."""
    _Bound.client = redis.Redis.from_url(
        url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0), decode_responses=True
    )
    _Bound.prefix, _Bound.breaker = prefix, Breaker(1, REST_SECONDS)


def key(name: str) -> str:
    """The name as Redis knows it: with our prefix."""
    return _Bound.prefix + name


def ask(command: Callable[["redis.Redis"], T], default: T) -> T:
    """Runs the command, or answers `default` when Redis is away. What is asked here may always be answered without Redis."""
    breaker = _Bound.breaker
    if _Bound.client is None or not breaker.admits():
        return default
    try:
        answer = command(_Bound.client)
    except redis.RedisError as error:
        breaker.failed()
        log.warning("redis_away", error=str(error), resting_seconds=REST_SECONDS)
        return default
    breaker.succeeded()
    return answer


def is_up() -> bool:
    """Whether Redis answers right now."""
    return bool(ask(_ping, default=False))


def _ping(client: Any) -> bool:
    return bool(client.ping())
