"""Orders as Celery writes them, for Redis to be given many in one call: Celery itself would ask it once for each."""

from typing import Any

from kombu.transport import memory
from kombu.utils.json import dumps

from workers.celery_app import celery_app


class _Desk(memory.Channel):  # type: ignore[misc]  # the library is untyped
    """Keeps the last message instead of sending it."""

    written: str = ""

    def _put(self, _queue: str, message: Any, **_options: Any) -> None:
        self.written = dumps(message)


class Writer:
    """Writes what `send_task` would send. It has no connection to any server."""

    def __init__(self) -> None:
        self._desk = _Desk(celery_app.connection("memory://").transport)
        self._producer = celery_app.amqp.Producer(self._desk, auto_declare=False)

    def order(self, queue: str, name: str, row_id: int, limit: int) -> str:
        """The message that orders one run of a row. `limit`: seconds after which the run is killed."""
        celery_app.send_task(
            name, args=[row_id], queue=queue, time_limit=limit, producer=self._producer, retry=False, ignore_result=True
        )
        return self._desk.written
