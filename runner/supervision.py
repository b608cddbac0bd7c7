"""supervisord as a child, and its XML-RPC."""

import shutil
import signal
import subprocess
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from runner.children import MARK, descendants_of, end, kill_all, launch, marked, wait_gone
from runner.console import RunnerError, tail
from runner.paths import ROOT, VENV

CONFIGURATION = ROOT / "runner" / "supervisord.conf"
GROUP = "app"
START_PATIENCE = 15.0
STOP_PATIENCE = 13.0  # a little more than the longest stopwaitsecs


@dataclass(frozen=True)
class Info:
    """`state`: RUNNING, STOPPED …; `pid`: 0 when it has none; `seconds` since it was last started."""

    state: str
    pid: int
    seconds: int


class Supervisor:
    """Keeps processes running. `run_dir` gets its logs; its socket lies elsewhere, for the path must be short."""

    def __init__(self, run_dir: Path, configuration: Path = CONFIGURATION) -> None:
        self.run_dir = run_dir
        self.configuration = configuration
        self.folder = Path(tempfile.mkdtemp(prefix="smartstay-"))
        self.socket = self.folder / "supervisor.sock"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start supervisord, with no program yet; returns when it answers."""
        command = [str(VENV / "bin" / "python"), "-m", "supervisor.supervisord", "-c", str(self.configuration)]
        log = self.run_dir / "log" / "supervisord.err"
        log.parent.mkdir(parents=True, exist_ok=True)
        self._child = launch(command, log=log, env={**environment, MARK: str(self.folder)}, cwd=ROOT)
        deadline = time.monotonic() + START_PATIENCE
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RunnerError(f"supervisord did not start:\n{tail(log)}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return bool(self._rpc().getState()["statename"] == "RUNNING")
        except OSError:
            return False

    def _rpc(self) -> Any:  # a proxy has whatever methods the server has
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start_program(self, name: str) -> None:
        """Start one; quiet when it runs."""
        self._call("startProcess", name, quiet=Faults.ALREADY_STARTED)

    def stop_program(self, name: str) -> None:
        """Stop one and wait for its end; quiet when it is stopped. It stays stopped until `start_program`."""
        self._call("stopProcess", name, quiet=Faults.NOT_RUNNING)

    def _call(self, verb: str, name: str, *, quiet: int) -> None:
        try:
            getattr(self._rpc(), verb)(f"{GROUP}:{name}")
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != quiet:
                raise RunnerError(f"{verb} {name}: {fault.faultString}") from fault

    def info(self, name: str) -> Info:
        found = self._rpc().getProcessInfo(f"{GROUP}:{name}")
        return Info(found["statename"], found["pid"], found["now"] - found["start"])

    def stop(self) -> None:
        """Stop every program and supervisord; whatever is left of them, orphans included, is killed. Idempotent."""
        if self._child is not None:
            family = descendants_of(self._child.pid)
            end(self._child, signal.SIGTERM, patience=STOP_PATIENCE)
            self._child = None
            self._sweep(family)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _sweep(self, family: list[int]) -> None:
        """A parent that was killed leaves children no one waits for; they carry our mark in their environment."""
        left = [pid for pid in marked(str(self.folder)) if pid not in family]
        left += wait_gone(family, patience=0.2)
        kill_all(left)
        wait_gone(left, patience=2.0)
