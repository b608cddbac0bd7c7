"""A web process of a test's own beside the running system, on a port of its own: it may be slowed, cut off and killed."""

import copy
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import kill
from pathlib import Path

import requests

from demo.story.people import Person
from demo.story.stage import until
from runner.children import descendants_of, kill_all, wait_gone
from runner.ports import pick
from runner.readiness import answers
from tests.faults.by_hand import by_hand
from tests.faults.running import Running


@dataclass(frozen=True)
class SecondWeb:
    """`url`: its root."""

    child: subprocess.Popen[bytes]
    url: str

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        return descendants_of(self.child.pid)

    def used_by(self, person: Person) -> Person:
        """The same person, who sends his requests here."""
        here = copy.copy(person)
        here.stage = replace(person.stage, api=self.api)
        here.http = requests.Session()
        here.http.headers.update(person.http.headers)
        return here

    def kill_workers(self) -> None:
        """SIGKILL for those that serve; granian starts others."""
        died = self.workers
        kill_all(died)
        assert wait_gone(died, patience=2) == []

    def wait_ready(self) -> None:
        until("the second web process", lambda: answers(f"{self.url}/readyz"), 60)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Those that serve do not move meanwhile."""
        stopped = self.workers
        for pid in stopped:
            kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                kill(pid, signal.SIGCONT)


@contextmanager
def second_web(running: Running, folder: Path, changed: Mapping[str, str]) -> Iterator[SecondWeb]:
    """Serves for the length of the block, in the system's environment with `changed` variables; one worker unless they say so."""
    port, metrics = pick(), folder / "metrics"
    metrics.mkdir(exist_ok=True)
    own = {"WEB_PORT": str(port), "WEB_WORKERS": "1", "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
    environment = running.system.environment() | own | dict(changed)
    with by_hand("web", environment, folder / "web.log") as child:
        web = SecondWeb(child, f"http://127.0.0.1:{port}")
        web.wait_ready()
        yield web


def through(port: int, running: Running) -> dict[str, str]:
    """The system's database, reached at another port of loopback."""
    url = running.system.settings()["DATABASE_URL"]
    return {"DATABASE_URL": url.replace(f":{running.system.postgres.port}/", f":{port}/")}
