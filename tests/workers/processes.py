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
    """What tests started. Every process has the test's database, and a Redis that the test may kill.

    A test that asks for a relay or a worker gets the one that the test before left alive.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.redis = RedisServer(folder / "redis", pick(), persistent=False)
        self._children: dict[str, list[subprocess.Popen[bytes]]] = {"relay": [], "worker": [], "beat": []}

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ) | {"REDIS_URL": self.redis.url(), "REDIS_PREFIX": PREFIX, "LOG_LEVEL": "INFO"}

    def relay(self) -> subprocess.Popen[bytes]:
        """A relay that runs."""
        return next(iter(self._living("relay")), None) or self.another_relay()

    def another_relay(self) -> subprocess.Popen[bytes]:
        serving = self.log("relay").count("relay_serves")
        child = self._start("relay", "workers.relay")
        eventually(lambda: self.log("relay").count("relay_serves") > serving)
        return child

    def worker(self) -> subprocess.Popen[bytes]:
        """A worker with two children that can do the jobs of tests."""
        return next(iter(self._living("worker")), None) or self.another_worker()

    def another_worker(self) -> subprocess.Popen[bytes]:
        name = ["-n", f"critical{time.monotonic_ns()}"]
        options = ["-Q", "critical", "-c", "2", "--without-gossip", "--without-mingle", *name]
        included = ["--include", "tests.workers.jobs_for_tests"]
        ready = self.log("worker").count(" ready.")
        child = self._start("worker", "celery", "-A", "workers.celery_app", "worker", *options, *included)
        eventually(lambda: self.log("worker").count(" ready.") > ready)
        return child

    def no_worker(self) -> None:
        """Ends all workers."""
        for child in self._living("worker"):
            end(child, signal.SIGTERM, patience=5)

    def beat(self) -> subprocess.Popen[bytes]:
        schedule = ["-s", str(self.folder / f"beat-{time.monotonic_ns()}"), "--pidfile="]
        return self._start("beat", "celery", "-A", "workers.celery_app", "beat", *schedule)

    def log(self, process: str) -> str:
        """What all processes of this kind have said."""
        path = self.folder / f"{process}.log"
        return path.read_text() if path.exists() else ""

    def begin(self) -> None:
        """Redis runs and is empty; of all processes there is at most one relay and one worker."""
        self.redis.start()
        self.redis.wipe()
        for kind, kept in (("relay", 1), ("worker", 1), ("beat", 0)):
            for child in self._living(kind)[kept:]:
                end(child, signal.SIGTERM, patience=2)

    def stop(self) -> None:
        for kind in self._children:
            for child in self._living(kind):
                end(child, signal.SIGTERM, patience=0.5)
        self.redis.kill()

    def _living(self, kind: str) -> list[subprocess.Popen[bytes]]:
        return [child for child in self._children[kind] if child.poll() is None]

    def _start(self, process: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        child = launch(
            [sys.executable, "-m", module, *arguments],
            log=self.folder / f"{process}.log",
            env=self.environment | {"PROCESS": process},
            cwd=ROOT,
        )
        self._children[process].append(child)
        return child
