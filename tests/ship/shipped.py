"""What stands behind nginx: two web and two realtime processes as their containers run them, a relay, one database, one Redis."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from demo.story.people import Person
from demo.story.stage import Stage, until
from demo.story.world import Hotel
from demo.world.accounts import DEMO_PASSWORD, HOTEL_ADMIN
from demo.world.story import STORY_SLUG
from runner import ports
from runner.children import descendants_of, kill_all, launch, wait_gone
from runner.environment import DATABASE
from runner.paths import ROOT, VENV
from runner.readiness import answers
from runner.system import System
from tests.ship.composed import command_of
from tests.ship.front import Front

SETTINGS = {
    "TRUSTED_PROXIES": "1",
    "PASSWORD_HASH_MEMORY_KIB": "64",
    "ACCESS_TOKEN_SECONDS": "7200",
    "SEARCH_CACHE_SECONDS": "0",
    "LOG_LEVEL": "INFO",
}
BOOT_PATIENCE = 120.0
HEALTH = {"web": "/readyz", "realtime": "/healthz"}


class Replica:
    """One process of a kind, on a port that it keeps when it is started again."""

    def __init__(self, system: System, kind: str, port: int) -> None:
        self.system, self.kind, self.port = system, kind, port
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As nginx calls it."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns at once."""
        program, *arguments = command_of(self.kind, self.port)
        environment = self.system.environment() | {"PROCESS": self.kind}
        log = self.system.log_dir / f"{self.kind}-{self.port}.log"
        self._child = launch([str(VENV / "bin" / program), *arguments], log=log, env=environment, cwd=ROOT)

    def wait_ready(self) -> None:
        url = f"http://{self.address}{HEALTH[self.kind]}"
        until(f"{self.kind} at {self.port}", lambda: answers(url), BOOT_PATIENCE)

    def kill(self) -> None:
        """SIGKILL for all of it, as when its machine goes."""
        if self._child is not None:
            died = {self._child.pid, *descendants_of(self._child.pid)}
            kill_all(died)
            self._child.wait()
            assert wait_gone(died, patience=5) == []


class Shipped:
    """The system behind `front`; its people know the address of that alone."""

    def __init__(self, system: System, nginx: Front, replicas: list[Replica]) -> None:
        self.system, self.front = system, nginx
        self.web = [replica for replica in replicas if replica.kind == "web"]
        self.realtime = [replica for replica in replicas if replica.kind == "realtime"]
        self.stage = Stage(nginx.url + "/api/v1", nginx.url, "", system.redis.url(), 900.0)
        url = system.postgres.url(DATABASE).replace("postgresql+psycopg://", "postgresql://")
        self._look = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        self.hotel = Hotel(self.stage, str(self.value("SELECT id FROM hotels WHERE slug = %s", STORY_SLUG)))
        self.admin = Person(self.stage, HOTEL_ADMIN.email, DEMO_PASSWORD)
        self._days = iter(range(20, 300, 3))

    @property
    def behind(self) -> tuple[list[int], list[int]]:
        """The ports of web and of realtime, as `front` takes them."""
        return [replica.port for replica in self.web], [replica.port for replica in self.realtime]

    def value(self, statement: str, *values: object) -> Any:
        """What the one row that it finds holds in its one column."""
        (found,) = self._look.execute(statement, values).fetchall()
        return next(iter(found.values()))

    def who_answers(self, path: str) -> str:
        """The address of the process that answered this GET, with 200."""
        name = uuid.uuid4().hex
        answer = requests.get(self.front.url + path, headers={"X-Request-Id": name}, timeout=30)
        assert answer.status_code == 200, answer.text
        return str(self.front.line_of(name)["upstream"])

    def book(self) -> str:
        """A room that is paid at the hotel, by a new guest; the hotel hears `new_booking`. Returns its id."""
        plan = self.hotel.pay_at_hotel["Deluxe"]
        booking = Person.registered(self.stage).book(self.hotel.request(plan, start=next(self._days)))
        return str(booking["id"])


@contextmanager
def shipped(*, keep_logs: Callable[[], bool]) -> Iterator[Shipped]:
    """All of it; gone afterwards, but for the logs if `keep_logs` says so then."""
    places = [(kind, ports.pick()) for kind in ("web", "web", "realtime", "realtime")]
    nginx = Front(*([port for kind, port in places if kind == wanted] for wanted in HEALTH))
    overrides = SETTINGS | {"PUBLIC_API_URL": nginx.url, "PUBLIC_REALTIME_URL": nginx.url}
    system = System("ship", persistent=False, overrides=overrides, programs=("relay",))
    with ExitStack() as last_first:
        last_first.callback(lambda: system.destroy(keep_logs=keep_logs()))
        last_first.callback(nginx.stop)
        _start(system)
        replicas = [Replica(system, kind, port) for kind, port in places]
        for replica in replicas:
            last_first.callback(replica.kill)
            replica.start()
        for replica in replicas:
            replica.wait_ready()
        system.wait_ready(BOOT_PATIENCE)
        nginx.write()
        nginx.start()
        yield Shipped(system, nginx, replicas)


def _start(system: System) -> None:
    """Servers, the smallest world, the relay."""
    system.start_servers()
    system.migrate()
    load = [sys.executable, "-m", "demo", "load", "--hotels", "1"]
    subprocess.run(load, check=True, env=system.environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
    system.start_processes()
