"""A private PostgreSQL with PostGIS on a loopback port."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from runner.children import descendants_of, end, launch, wait_gone
from runner.console import RunnerError, tail
from runner.paths import SERVER_ACCOUNT, as_server_account, runs_as_root

USER = "smartstay"
INSTALLED = Path("/usr/lib/postgresql")
EXTENSIONS = Path("/usr/share/postgresql")
START_PATIENCE = 30.0
STOP_PATIENCE = 5.0

StopMode = Literal["smart", "fast", "immediate"]
STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",  # the path of a socket must end at 107 bytes, which a deep checkout exceeds
    "max_connections=200",
    "autovacuum_naptime=5s",  # the outbox turns over quickly; its dead rows slow the next claim
    "timezone=UTC",
    "log_timezone=UTC",
)
# Each commit still reaches the kernel before it is answered: without that, a crash of the server alone would lose the last ones.
FORGETFUL = ("fsync=off", "full_page_writes=off")


def versions() -> list[str]:
    """Installed major versions that have PostGIS, newest first."""
    found = [folder.parent.parent.name for folder in INSTALLED.glob("*/bin/initdb")]
    usable = [name for name in found if (EXTENSIONS / name / "extension" / "postgis.control").exists()]
    return sorted(usable, key=int, reverse=True)


def program(name: str) -> Path:
    """A client program (psql, pg_dump) of the newest installed version."""
    return _binaries(_newest()) / name


def _newest() -> str:
    if not (installed := versions()):
        raise RunnerError("PostgreSQL with PostGIS is not installed; ./dev installs it")
    return installed[0]


def _binaries(version: str) -> Path:
    return INSTALLED / version / "bin"


class Postgres:
    """One cluster. `durable=False` trades safety against a power cut for speed; a crash of the server loses nothing."""

    def __init__(self, data_dir: Path, port: int, *, durable: bool, log: Path | None = None) -> None:
        self.data_dir = data_dir
        self.port = port
        self.durable = durable
        self.log = log or data_dir.parent / "postgres.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server and self._server.poll() is None else None

    def init(self) -> None:
        """Create the cluster unless it exists. Half of one, left by a killed run, is never taken for a whole."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        fresh = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        if runs_as_root():
            shutil.chown(fresh, SERVER_ACCOUNT, SERVER_ACCOUNT)
        done = subprocess.run(self._initdb(fresh), check=False, capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise RunnerError(f"initdb failed:\n{done.stdout}{done.stderr}")
        fresh.rename(self.data_dir)

    def _initdb(self, folder: Path) -> list[str]:
        initdb = str(_binaries(_newest()) / "initdb")
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        return [*as_server_account(), initdb, "-D", str(folder), *options, *([] if self.durable else ["--no-sync"])]

    def start(self) -> None:
        """Start, and return when it answers. Raises RunnerError with the end of its log when it does not."""
        if self.pid:
            return
        settings = SETTINGS if self.durable else SETTINGS + FORGETFUL
        command = [*as_server_account(), str(self._server_program()), "-D", str(self.data_dir), "-p", str(self.port)]
        for setting in settings:
            command += ["-c", setting]
        self._server = launch(command, log=self.log, on_orphaned=signal.SIGINT)
        self._wait_ready()

    def _server_program(self) -> Path:
        version = (self.data_dir / "PG_VERSION").read_text().strip()
        server = _binaries(version) / "postgres"
        if not server.exists():
            raise RunnerError(
                f"{self.data_dir} was made by PostgreSQL {version}, which is gone; delete it (./dev reset)"
            )
        return server

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.pid:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise RunnerError(f"PostgreSQL did not start:\n{tail(self.log)}")

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop as `pg_ctl stop -m MODE` would; what has not ended in five seconds is killed."""
        if self._server is None:
            return
        backends = descendants_of(self._server.pid)
        end(self._server, STOP_SIGNALS[mode], patience=STOP_PATIENCE)
        self._forget(backends)

    def kill(self) -> None:
        """SIGKILL the server, as a crash of the machine would; returns when its backends have noticed and gone."""
        if self._server is None:
            return
        backends = descendants_of(self._server.pid)
        self._server.kill()
        self._server.wait()
        self._forget(backends)

    def _forget(self, backends: list[int]) -> None:
        self._server = None
        # A new server refuses to start while a backend of the old one holds the shared memory.
        if left := wait_gone(backends, patience=STOP_PATIENCE):
            raise RunnerError(f"backends of PostgreSQL are still running: {left}")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True, connect_timeout=2
        )

    def has_database(self, name: str) -> bool:
        with self._connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create_database(self, name: str, template: str | None = None) -> None:
        """An empty database, or a copy of `template`, to which nobody may be connected."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with self._connect() as connection:
            connection.execute(statement)

    def drop_database(self, name: str) -> None:
        """Drop it and whoever is connected; quiet when there is none."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"
