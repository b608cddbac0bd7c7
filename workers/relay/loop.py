"""The relay: keeps moving what is owed, whatever is away. Any number may run, and any may be killed at any line."""

import time

import psycopg

from app.config import Settings
from app.core.logging import logger
from app.realtime.emitter import Emitter
from workers.relay.broker import AwayError, Broker
from workers.relay.connections import Connections, opened
from workers.relay.events import EventPump
from workers.relay.jobs import JobPump

LOOK_EVERY = 0.25
WHILE_LEFT = 0.02
RECONNECT_AFTER = (0.1, 0.2, 0.5, 1.0)

log = logger(__name__)


class Relay:
    """`run` returns soon after `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._broker = Broker(settings)
        self._jobs = JobPump(self._broker)
        self._events = EventPump(Emitter(settings.redis_url, settings.redis_prefix))
        self._stopping = False
        self._redis_away = False
        self._failures = 0

    def stop(self) -> None:
        self._stopping = True

    def run(self) -> None:
        """Serves until stopped; whenever PostgreSQL goes away, comes back within a second of its return."""
        while not self._stopping:
            try:
                with opened(self._settings) as connections:
                    self._serve(connections)
            except psycopg.Error as error:
                self._rest(error)
        self._broker.close()

    def _serve(self, connections: Connections) -> None:
        log.info("relay_serves")
        while not self._stopping:
            left = self._look(connections.work)
            self._failures = 0
            if self._redis_away:
                time.sleep(LOOK_EVERY)  # deaf: calls would only make it ask the dead more often
            else:
                connections.wait(WHILE_LEFT if left else LOOK_EVERY)

    def _look(self, work: psycopg.Connection) -> bool:
        """One look at both kinds of rows. True when some are left that could go at once."""
        try:
            left = self._jobs.move(work)
            self._note_redis(None)
        except AwayError as error:
            left = False
            self._note_redis(error)
        return self._events.move(work) or left

    def _note_redis(self, error: AwayError | None) -> None:
        if error and not self._redis_away:
            log.warning("redis_away", error=str(error))
        if self._redis_away and not error:
            log.info("redis_back")
        self._redis_away = error is not None

    def _rest(self, error: psycopg.Error) -> None:
        log.warning("database_away", error=str(error).partition("\n")[0])
        time.sleep(RECONNECT_AFTER[min(self._failures, len(RECONNECT_AFTER) - 1)])
        self._failures += 1
