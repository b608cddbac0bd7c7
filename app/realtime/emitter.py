"""Writing to the sockets of all realtime processes, through Redis. The relay alone does this; nobody listens here.

python-socketio's own manager logs a failure and goes on; this one raises, so the relay keeps what was not delivered.
"""

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from socketio import RedisManager

TIMEOUT = 1.0


class NotTakenError(Exception):
    """Nobody has the event: Redis is away, or no realtime process listens."""


def channel(prefix: str) -> str:
    """The channel realtime processes listen to. Redis shares channels between its databases, hence our prefix."""
    return f"{prefix}socketio"


class Emitter(RedisManager):  # type: ignore[misc]  # the library is untyped
    """Sends events to rooms. Each command ends within a second and is never repeated by itself."""

    def __init__(self, redis_url: str, prefix: str) -> None:
        options = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}
        super().__init__(redis_url, channel=channel(prefix), write_only=True, redis_options=options)

    def tell(self, room: str, name: str, payload: dict[str, Any]) -> None:
        """Emits the event to the room. Raises NotTakenError."""
        self.emit(name, payload, room=room)

    def _publish(self, data: dict[str, Any]) -> None:
        if not self.connected:
            self._redis_connect()
        try:
            listeners = self.redis.publish(self.channel, self.json.dumps(data))
        except redis.RedisError as error:
            raise NotTakenError(f"Redis is away: {error}") from error
        if listeners == 0:
            raise NotTakenError("no realtime process listens")
