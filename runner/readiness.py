"""Waiting until processes serve, and telling which one does not."""

import http.client
import time
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from runner.console import RunnerError, tail
from runner.processes import BY_NAME
from runner.supervision import Supervisor

ASK_TIMEOUT = 3.0
STARTS_ALLOWED = 4
STEADY_SECONDS = 3  # what has no address to ask is ready when it has lived this long

# A proxy named in the environment has no way to our loopback address.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str) -> bool:
    """True if a GET is answered 200 within three seconds."""
    try:
        with _direct.open(url, timeout=ASK_TIMEOUT) as response:
            return bool(response.status == 200)
    except (OSError, http.client.HTTPException):  # nothing there, or something that does not speak HTTP
        return False


class Waiting:
    """Watches the programs that are not ready yet, and how often each was started."""

    def __init__(self, supervisor: Supervisor, environment: Mapping[str, str], programs: tuple[str, ...]) -> None:
        self.supervisor = supervisor
        self.environment = environment
        self.late = list(programs)
        self.starts: dict[str, set[int]] = defaultdict(set)

    def until(self, seconds: float) -> None:
        """Raises RunnerError with the ends of the logs of those that are late or keep ending."""
        deadline = time.monotonic() + seconds
        while self._look():
            if ending := [name for name in self.late if len(self.starts[name]) > STARTS_ALLOWED]:
                raise RunnerError(self._told(ending, "ends as soon as it is started"))
            if time.monotonic() > deadline:
                raise RunnerError(self._told(self.late, f"was not ready after {seconds:.0f} s"))
            time.sleep(0.1)

    def _look(self) -> list[str]:
        self.late = [name for name in self.late if not self._is_ready(name)]
        return self.late

    def _is_ready(self, name: str) -> bool:
        info = self.supervisor.info(name)
        if info.pid:
            self.starts[name].add(info.pid)
        if info.state != "RUNNING":
            return False
        if health := BY_NAME[name].health:
            return answers(health.format_map(self.environment))
        return info.seconds >= STEADY_SECONDS

    def _told(self, names: list[str], trouble: str) -> str:
        logs = Path(self.environment["RUN_DIR"]) / "log"
        return "\n".join(f"{name} {trouble}; the end of its log:\n{tail(logs / f'{name}.log')}" for name in names)
