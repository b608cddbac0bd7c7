"""One whole system on this machine: its servers, its processes, its folder."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from runner import environment, ports
from runner.children import descendants_of
from runner.claim import Claim, claim, claim_any
from runner.console import RunnerError, tail
from runner.paths import LOCAL, ROOT, data_home, outside_home
from runner.postgres import Postgres
from runner.processes import ALL
from runner.readiness import Waiting
from runner.redis_server import RedisServer
from runner.supervision import Supervisor

READY_PATIENCE = 60.0


class System:
    """`start_servers`, `migrate`, `load_demo`, `start_processes`, `wait_ready`; `stop` undoes all of it.

    A persistent one keeps its data and its ports in `.local/NAME` and runs once. Any other starts empty on free ports,
    and runs beside others of its name as NAME-2, NAME-3 …

    `durable`: PostgreSQL flushes each commit to the disk, as it must where it matters; a persistent one does.

    Start it in the main thread: its servers and processes end when the thread that started them does.
    """

    def __init__(
        self,
        name: str,
        *,
        persistent: bool,
        overrides: Mapping[str, str] | None = None,
        programs: Iterable[str] = ALL,
        durable: bool | None = None,
    ) -> None:
        self.name = name
        self._wanted_name = name
        self.persistent = persistent
        self._durable = persistent if durable is None else durable
        self.overrides = dict(overrides or {})
        self.programs = tuple(programs)
        self._claim: Claim | None = None
        self._owner = os.getpid()
        self._ports: dict[str, int] = {}
        self._postgres: Postgres | None = None
        self._redis: RedisServer | None = None
        self._supervisor: Supervisor | None = None

    @property
    def run_dir(self) -> Path:
        return LOCAL / self.name

    @property
    def log_dir(self) -> Path:
        return self.run_dir / "log"

    @property
    def _environment_file(self) -> Path:
        return self.run_dir / "environment.json"

    @property
    def postgres(self) -> Postgres:
        return _started(self._postgres)

    @property
    def redis(self) -> RedisServer:
        return _started(self._redis)

    @property
    def supervisor(self) -> Supervisor:
        return _started(self._supervisor)

    # --- servers -----------------------------------------------------------------------------------------------------

    def start_servers(self) -> None:
        """Take the name, then PostgreSQL with an empty or the remembered database, then Redis."""
        self._take_name()
        atexit.register(self._at_exit)
        if not self.persistent:
            self._delete_files()
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self._environment_file.unlink(missing_ok=True)
        self._clear_metrics()
        self._ports = self._choose_ports()
        data_dir = data_home(self.name) / "postgres"
        self._postgres = Postgres(
            data_dir, self._ports["postgres"], durable=self._durable, log=self.log_dir / "postgres.log"
        )
        self._redis = RedisServer(
            self.run_dir / "redis", self._ports["redis"], persistent=self.persistent, log=self.log_dir / "redis.log"
        )
        self._postgres.init()
        self._postgres.start()
        self._redis.start()
        if not self._postgres.has_database(environment.DATABASE):
            self._postgres.create_database(environment.DATABASE)

    def _take_name(self) -> None:
        if self._claim is None:
            self._claim = claim(self._wanted_name) if self.persistent else claim_any(self._wanted_name)
            self.name = self._claim.name

    def _choose_ports(self) -> dict[str, int]:
        if not self.persistent:
            return ports.pick_all({})
        memory = self.run_dir / "ports.json"
        remembered = json.loads(memory.read_text()) if memory.exists() else {}
        picked = ports.pick_all({**ports.PREFERRED, **remembered})
        memory.write_text(json.dumps(picked, indent=2) + "\n")
        return picked

    # --- environment and commands ------------------------------------------------------------------------------------

    def settings(self) -> dict[str, str]:
        """The variables this system adds to its surroundings."""
        socket = self._supervisor.socket if self._supervisor else self.run_dir / "supervisor.sock"
        ours = environment.processes(self._ports, run_dir=self.run_dir, socket=socket)
        return environment.settings(self._ports) | ours | self.overrides

    def environment(self) -> dict[str, str]:
        """The whole environment of every process and command of this system."""
        return environment.surroundings() | self.settings()

    def migrate(self) -> None:
        """Bring the database to the newest migration. Raises RunnerError with the end of the log."""
        self._run("migrate", "-m", "flask", "--app", "wsgi", "db", "upgrade")

    def load_demo(self, scale: str) -> None:
        """Hotels, rooms, rates and accounts (`small` or `full`); does nothing where they already are."""
        self._run("load", "-m", "demo", "load", "--scale", scale)

    def _run(self, name: str, *arguments: str) -> None:
        path = self.log_dir / f"{name}.log"
        with path.open("ab") as log:
            command = [sys.executable, *arguments]
            done = subprocess.run(
                command, check=False, env=self.environment(), cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        if done.returncode != 0:
            raise RunnerError(f"python {' '.join(arguments)} failed ({done.returncode}):\n{tail(path)}")

    # --- processes ---------------------------------------------------------------------------------------------------

    def start_processes(self) -> None:
        """Start supervisord and the programs of this system; they may not serve yet (`wait_ready`)."""
        if self._supervisor is None:
            self._supervisor = Supervisor(self.run_dir)
        self._write_environment()
        self._clear_metrics()
        self._supervisor.start(self.environment())
        for name in self.programs:
            self._supervisor.start_program(name)

    def _clear_metrics(self) -> None:
        """The figures of processes that ended would be counted for ever, and the next ones need the folder."""
        folder = self.run_dir / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    def _write_environment(self) -> None:
        self._environment_file.touch(mode=0o600)
        self._environment_file.write_text(json.dumps(self.settings(), indent=2) + "\n")

    def wait_ready(self, seconds: float = READY_PATIENCE) -> None:
        """Wait until every program runs and those that serve answer. Raises RunnerError, saying which was late."""
        Waiting(self.supervisor, self.settings(), self.programs).until(seconds)

    def pid(self, name: str) -> int:
        """The main process of a program. Raises RunnerError when it has none."""
        info = self.supervisor.info(name)
        if not info.pid:
            raise RunnerError(f"{name} is not running ({info.state})")
        return info.pid

    def children(self, name: str) -> list[int]:
        """The processes below a program's main one: server workers, pool children."""
        return descendants_of(self.pid(name))

    def signal(self, name: str, number: signal.Signals) -> None:
        """Signal the main process of a program. Raises ProcessLookupError when it has just ended."""
        os.kill(self.pid(name), number)

    def stop_process(self, name: str) -> None:
        self.supervisor.stop_program(name)

    def start_process(self, name: str) -> None:
        self.supervisor.start_program(name)

    # --- the end -----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop processes, then servers, and give back the name, within 15 seconds. Idempotent; data stays."""
        try:
            self._stop_parts()
        finally:
            self._release()

    def destroy(self, *, keep_logs: bool = False) -> None:
        """Stop and delete the data; with `keep_logs` the log folder stays. AlreadyRunningError if another runs it."""
        try:
            self._stop_parts()
            self._take_name()
            self._delete_files(keep_logs=keep_logs)
        finally:
            self._release()

    def _stop_parts(self) -> None:
        with contextlib.ExitStack() as last_first:
            for part in (self._postgres, self._redis, self._supervisor):
                if part is not None:
                    last_first.callback(part.stop)
        self._postgres = self._redis = self._supervisor = None

    def _release(self) -> None:
        atexit.unregister(self._at_exit)
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _at_exit(self) -> None:
        if os.getpid() == self._owner:  # a forked child runs the same exit handlers
            self.stop()

    def _delete_files(self, *, keep_logs: bool = False) -> None:
        shutil.rmtree(outside_home(self.name), ignore_errors=True)
        for entry in self.run_dir.glob("*"):
            if entry == self.log_dir and keep_logs:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        if not keep_logs and self.run_dir.exists():
            self.run_dir.rmdir()


Part = TypeVar("Part")


def _started(part: Part | None) -> Part:
    if part is None:
        raise RunnerError("the system is not started")
    return part
