"""The processes of a running system. `supervisord.conf` and `docker-compose.yml` name the same ones: a test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """`queue`: the Celery queue a worker takes from. `health`: where a GET answers 200 once it serves, with the names
    of the environment's ports to fill in."""

    name: str
    queue: str | None = None
    health: str | None = None


PROCESSES = (
    Process("web", health="http://127.0.0.1:{WEB_PORT}/readyz"),
    Process("realtime", health="http://127.0.0.1:{REALTIME_PORT}/healthz"),
    Process("relay"),
    Process("worker-critical", queue="critical"),
    Process("worker-bulk", queue="bulk"),
    Process("worker-ticks", queue="ticks"),
    Process("beat"),
    Process("flower", health="http://127.0.0.1:{FLOWER_PORT}/healthcheck"),
    Process("sandbox", health="http://127.0.0.1:{SANDBOX_PORT}/healthz"),
)
BY_NAME = {process.name: process for process in PROCESSES}
ALL = tuple(BY_NAME)
WITHOUT_FLOWER = tuple(name for name in ALL if name != "flower")
