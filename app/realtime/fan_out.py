"""What the relay publishes in Redis reaches the sockets of this process.

python-socketio's own manager doubles its pause up to a minute when Redis is away and would stay deaf for as long after
Redis is back; it also waits for ever on a connection whose other end is gone. This one looks again every half second
and asks for a sign of life.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import redis
import socketio
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.logging import logger
from app.realtime.emitter import channel

PAUSE = 0.5
LOOK = 1.0
UNANSWERED = 3

log = logger(__name__)


def redis_options() -> dict[str, Any]:
    """Short waits and no retries inside the library: the loop here is the retry."""
    return {
        "socket_connect_timeout": 1.0,
        "socket_timeout": 2.0,
        "health_check_interval": 2,
        "retry": Retry(NoBackoff(), 0),
    }


class FanOut(socketio.RedisManager):  # type: ignore[misc]
    """Hears the relay; publishes nothing. `on_return` is called when it listens (again)."""

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__(url, channel=channel(prefix), redis_options=redis_options())
        self.on_return: Callable[[], object] = bool

    def _publish(self, _data: Any) -> None:
        """What this process says is for its own sockets: it tells no other, and never waits for Redis."""

    def _listen(self) -> Iterator[bytes]:
        while True:
            try:
                yield from self._messages()
            except redis.RedisError as error:
                log.warning("fan_out_deaf", error=str(error), again_after=PAUSE)
                time.sleep(PAUSE)

    def _messages(self) -> Iterator[bytes]:
        self._redis_connect()
        with self.redis.pubsub() as pubsub:
            pubsub.subscribe(self.channel)
            if pubsub.get_message(timeout=LOOK) is None:
                raise redis.ConnectionError("the subscription is not answered")
            log.info("fan_out_listening", channel=self.channel)
            self.on_return()
            yield from _heard(pubsub)


def _heard(pubsub: Any) -> Iterator[bytes]:
    while pubsub.health_check_response_counter <= UNANSWERED:
        message = pubsub.get_message(timeout=LOOK)
        if message is not None and message["type"] == "message":
            yield message["data"]
    raise redis.ConnectionError("no sign of life")
