"""Real processes for the realtime tests: gunicorn's gevent worker, the relay, a Redis of one's own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
BOOT = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE) -> float:
    """Waits for the condition and returns how many seconds that took; fails when it takes longer than `seconds`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class Realtime:
    """A running realtime process. `prefix`: of its Redis channel."""

    process: subprocess.Popen[bytes]
    url: str
    prefix: str
    log: Path

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of that event so far."""
        parsed = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line for line in parsed if line["event"] == event]

    def open_sockets(self) -> int:
        """What the process itself measures."""
        text = requests.get(f"{self.url}/metrics", timeout=5).text
        (figure,) = [line.split()[1] for line in text.splitlines() if line.startswith("smartstay_sockets_open ")]
        return int(float(figure))


def environment(**changes: str) -> dict[str, str]:
    return (
        os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))} | changes
    )


def gunicorn(log: Path, **changes: str) -> subprocess.Popen[bytes]:
    """The realtime process as it is run in production."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment(PROCESS="realtime", **changes), stdout=output, stderr=subprocess.STDOUT
        )


@contextmanager
def running(log: Path, prefix: str, **changes: str) -> Iterator[Realtime]:
    """A realtime process that listens to Redis; ended afterwards."""
    port = free_port()
    settings = {"REALTIME_PORT": str(port), "REDIS_PREFIX": prefix, "LOG_LEVEL": "INFO"} | changes
    process = gunicorn(log, **settings)
    realtime = Realtime(process, f"http://127.0.0.1:{port}", prefix, log)
    try:
        wait_until(lambda: ready(realtime), BOOT)
        yield realtime
    finally:
        end(process)


def ready(realtime: Realtime) -> bool:
    assert realtime.process.poll() is None, realtime.log.read_text()
    return bool(realtime.lines("fan_out_listening"))


def end(process: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> None:
    process.send_signal(how)
    process.wait(timeout=15)


@contextmanager
def relay(log: Path, prefix: str) -> Iterator[None]:
    """The real relay between this database and that prefix."""
    command = [sys.executable, "-m", "workers.relay"]
    with log.open("wb") as output:
        settings = environment(PROCESS="relay", REDIS_PREFIX=prefix)
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        end(process)


class OwnRedis:
    """A Redis that a test may stop and start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def kill(self) -> None:
        end(self.process, signal.SIGKILL)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False
