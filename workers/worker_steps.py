"""What a worker's main process leaves out, because it can serve one job no faster than it talks with Redis about it."""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.events import Events
from celery.worker.consumer.tasks import Tasks

EVENTS_EVERY = 1.0


class EventsTogether(bootsteps.StartStopStep):  # type: ignore[misc]  # the library is untyped
    """What Flower is told goes out once a second, or when there is much of it; Celery would publish after each step."""

    requires = (Events,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        consumer.event_dispatcher.on_send_buffered = None
        self._timer = consumer.timer.call_repeatedly(EVENTS_EVERY, consumer.event_dispatcher.flush)

    def stop(self, _consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class NoReceipts(bootsteps.StartStopStep):  # type: ignore[misc]
    """Redis is not told that a message has arrived: it would keep a list of those for whoever delivers them again, and we
    send again what no worker has claimed. The queues say so too (`no_ack`), but Celery acknowledges all the same."""

    requires = (Tasks,)

    def start(self, consumer: Any) -> None:
        consumer.task_consumer.channel.qos.ack = _thank_nobody


def _thank_nobody(_delivery_tag: str) -> None:
    pass
