"""Redis as the relay sees it: how much each queue holds, and putting messages in. Calls end within about a second."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import redis
from kombu.exceptions import KombuError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.config import Settings
from workers.celery_app import celery_app

TIMEOUT = 1.0
FAILURES = (redis.RedisError, KombuError, OSError)


class AwayError(Exception):
    """Redis did not take or answer it. It may have taken it all the same."""


class Broker:
    """Opens nothing before it is asked; forgets its connections whenever something fails."""

    def __init__(self, settings: Settings) -> None:
        patience: dict[str, Any] = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
        self._url, self._prefix = settings.redis_url, settings.redis_prefix
        self._options = patience | {"global_keyprefix": settings.redis_prefix}
        self._client = redis.Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 0), **patience)
        self._producer: Any = None

    def depths(self, queues: Sequence[str]) -> list[int]:
        """How many messages each queue holds. Raises AwayError."""
        pipeline = self._client.pipeline(transaction=False)
        for queue in queues:
            pipeline.llen(self._prefix + queue)
        try:
            return list(pipeline.execute())
        except FAILURES as error:
            raise AwayError(str(error)) from error

    def send(self, queue: str, name: str, row_id: int, limit: int) -> None:
        """Orders one run of a row. `limit`: seconds after which the run is killed. Raises AwayError."""
        try:
            celery_app.send_task(
                name,
                args=[row_id],
                queue=queue,
                time_limit=limit,
                producer=self._open(),
                retry=False,
                ignore_result=True,
            )
        except FAILURES as error:
            self.close()
            raise AwayError(str(error)) from error

    def keep_youngest(self, queue: str, count: int) -> None:
        """Drops all but the `count` youngest messages. Raises AwayError."""
        try:
            self._client.ltrim(self._prefix + queue, 0, count - 1)
        except FAILURES as error:
            raise AwayError(str(error)) from error

    def close(self) -> None:
        """Forgets the publishing connection; the next message opens another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(*FAILURES):
                producer.connection.close()

    def _open(self) -> Any:
        if self._producer is None:
            connection = celery_app.connection(self._url, transport_options=self._options)
            self._producer = celery_app.amqp.Producer(connection, auto_declare=False)
        return self._producer
