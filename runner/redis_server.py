"""A private Redis on a loopback port."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis

from runner.children import end, launch
from runner.console import RunnerError, tail

START_PATIENCE = 15.0
STOP_PATIENCE = 3.0


class RedisServer:
    """One server. Never evicts: a queue that loses a message silently is worse than one that refuses it."""

    def __init__(self, folder: Path, port: int, *, persistent: bool, log: Path | None = None) -> None:
        self.folder = folder
        self.port = port
        self.persistent = persistent
        self.log = log or folder.parent / f"{folder.name}.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server and self._server.poll() is None else None

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, and return when it answers PING with its data loaded. Raises RunnerError with the end of its log."""
        if self.pid:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._server = launch(self._command(), log=self.log)
        self._wait_ready()

    def _command(self) -> list[str]:
        network = ["--port", str(self.port), "--bind", "127.0.0.1", "--protected-mode", "yes"]
        saving = ["--appendonly", "yes", "--appendfsync", "everysec"] if self.persistent else ["--appendonly", "no"]
        place = ["--dir", str(self.folder), "--save", "", "--daemonize", "no", "--maxmemory-policy", "noeviction"]
        return [_program(), *network, *saving, *place]

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.pid:
            if self.answers():
                return
            time.sleep(0.02)
        self.kill()
        raise RunnerError(f"Redis did not start:\n{tail(self.log)}")

    def answers(self) -> bool:
        """True if it answers PING within a second."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        return redis.Redis(host="127.0.0.1", port=self.port, socket_timeout=1, socket_connect_timeout=1)

    def stop(self) -> None:
        """Stop, saving what is to be saved; a frozen one is thawed first."""
        if self._server is not None:
            end(self._server, signal.SIGTERM, patience=STOP_PATIENCE)
            self._server = None

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def freeze(self) -> None:
        """Stop it in its tracks: it keeps its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if not (pid := self.pid):
            raise RunnerError("Redis is not running")
        os.kill(pid, number)

    def wipe(self) -> None:
        """Lose everything: keys when it runs, files when it does not."""
        if self.pid:
            with self.client() as client:
                client.flushall()
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def _program() -> str:
    if not (found := shutil.which("redis-server")):
        raise RunnerError("redis-server is not installed; ./dev installs it")
    return found
