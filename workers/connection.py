"""How workers and beat come back to Redis.

kombu's own pauses grow by two seconds up to half a minute: after an outage of some minutes guests who had paid would wait for as long
again, for nothing but a pause. One attempt a second costs a refused connection and a line in the log.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection

STEADY = {"interval_start": 1, "interval_step": 0, "interval_max": 1}


class SteadyConnection(Connection):  # type: ignore[misc]
    """Tries again each second, for ever, unless told otherwise."""

    def _ensure_connection(self, *args: Any, **options: Any) -> Any:
        return super()._ensure_connection(*args, **STEADY | options)


class Amqp(AMQP):  # type: ignore[misc]
    """Celery's, with that connection."""

    Connection = SteadyConnection
