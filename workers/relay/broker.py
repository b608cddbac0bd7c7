"""Redis as the relay sees it: how much each queue holds, and putting messages in. Calls end within about a second."""

from collections.abc import Sequence
from typing import NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.config import Settings
from workers.relay import messages

TIMEOUT = 1.0


class AwayError(Exception):
    """Redis did not take or answer it. It may have taken it all the same."""


class Order(NamedTuple):
    """One run of the job in a row. `hard_limit`: seconds after which it is killed."""

    id: int
    name: str
    queue: str
    hard_limit: int


class Broker:
    """Opens nothing before it is asked; never asks twice by itself."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = settings.redis_prefix
        self._client = redis.Redis.from_url(
            settings.redis_url, retry=Retry(NoBackoff(), 0), socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )

    def depths(self, queues: Sequence[str]) -> list[int]:
        """How many messages each queue holds. Raises AwayError."""
        pipeline = self._client.pipeline(transaction=False)
        for queue in queues:
            pipeline.llen(self._prefix + queue)
        try:
            return list(pipeline.execute())
        except redis.RedisError as error:
            raise AwayError(str(error)) from error

    def send(self, orders: Sequence[Order]) -> None:
        """Puts all of them into their queues, in one call. Raises AwayError."""
        pipeline = self._client.pipeline(transaction=True)
        for order in orders:
            message = messages.order(order.queue, order.name, order.id, order.hard_limit)
            pipeline.lpush(self._prefix + order.queue, message)
        try:
            pipeline.execute()
        except redis.RedisError as error:
            raise AwayError(str(error)) from error

    def keep_youngest(self, queue: str, count: int) -> None:
        """Drops all but the `count` youngest messages. Raises AwayError."""
        try:
            self._client.ltrim(self._prefix + queue, 0, count - 1)
        except redis.RedisError as error:
            raise AwayError(str(error)) from error

    def close(self) -> None:
        """Gives back its connection; whoever asks again gets another."""
        self._client.close()
