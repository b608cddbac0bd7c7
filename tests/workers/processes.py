"""Real processes for tests: a Redis of their own, relays, workers and beat, each a child that dies with the test run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from runner.children import end, launch
from runner.paths import ROOT
from runner.ports import pick
from runner.redis_server import RedisServer

PATIENCE = 20.0
PREFIX = "faults:"


def eventually(is_so: Callable[[], bool], *, within: float = PATIENCE) -> float:
    """Waits until it is so; returns the seconds that took. Fails after `within`."""
    started = time.monotonic()
    while not is_so():
        waited = time.monotonic() - started
        assert waited < within, f"not so after {waited:.1f} s"
        time.sleep(0.02)
    return time.monotonic() - started


class System:
    """What a test started. Every process has the test's database, and a Redis that the test may kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redis = RedisServer(folder / "redis", pick(), persistent=False)
        self.redis.start()
        self._children: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ) | {"REDIS_URL": self.redis.url(), "REDIS_PREFIX": PREFIX, "LOG_LEVEL": "INFO"}

    def relay(self) -> subprocess.Popen[bytes]:
        return self._start("relay", "workers.relay")

    def worker(self, queue: str = "critical") -> subprocess.Popen[bytes]:
        """A worker with two children that can do the jobs of tests; returns when it is ready for them."""
        options = [
            "-Q",
            queue,
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
            "-n",
            f"{queue}{time.monotonic_ns()}",
        ]
        included = ["--include", "tests.workers.jobs_for_tests"]
        ready = self.log("worker").count(" ready.")
        child = self._start("worker", "celery", "-A", "workers.celery_app", "worker", *options, *included)
        eventually(lambda: self.log("worker").count(" ready.") > ready)
        return child

    def beat(self) -> subprocess.Popen[bytes]:
        schedule = ["-s", str(self.folder / f"beat-{time.monotonic_ns()}"), "--pidfile="]
        return self._start("beat", "celery", "-A", "workers.celery_app", "beat", *schedule)

    def log(self, process: str) -> str:
        """What all processes of this kind have said."""
        path = self.folder / f"{process}.log"
        return path.read_text() if path.exists() else ""

    def stop(self) -> None:
        for child in self._children:
            end(child, signal.SIGTERM, patience=0.5)
        self.redis.kill()

    def _start(self, process: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        child = launch(
            [sys.executable, "-m", module, *arguments],
            log=self.folder / f"{process}.log",
            env=self.environment | {"PROCESS": process},
            cwd=ROOT,
        )
        self._children.append(child)
        return child
