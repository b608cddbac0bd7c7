"""The gateway and the mail server on their bad days: the sandbox's switches and books, for tests of the whole system."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from demo.story.stage import expect_status
from tests.faults.running import Running, Stay

GLOBAL = "global"


class Vendor:
    """The sandbox of a running system."""

    def __init__(self, running: Running) -> None:
        self.url = f"{running.stage.sandbox}/_control"

    def misbehave(self, *, scope: str = GLOBAL, times: int | None = None, **switches: Any) -> None:
        """Until it is told otherwise, or so many times; `scope`: everything, a reference, a mail address."""
        limit = {} if times is None else {"times": times}
        wanted = {"scope": scope} | limit | switches
        expect_status(requests.put(f"{self.url}/switches", json=wanted, timeout=10), 200)

    def behave(self, scope: str = GLOBAL) -> None:
        """All switches of this scope are taken back."""
        expect_status(requests.delete(f"{self.url}/switches", params={"scope": scope}, timeout=10), 200)

    @contextmanager
    def misbehaving(self, **switches: Any) -> Iterator[None]:
        """Everything, for the length of the block."""
        self.misbehave(**switches)
        try:
            yield
        finally:
            self.behave()

    def calls(self, endpoint: str, reference: str) -> int:
        """How often it was asked about this reference, answered or not."""
        query = {"endpoint": endpoint, "reference": reference}
        found = requests.get(f"{self.url}/calls", query, timeout=10).json()
        return int(found["total"])


def renew(running: Running, *programs: str) -> None:
    """New processes, which have not been disappointed by any vendor yet: a breaker that is open rests for half a minute."""
    died = {program: running.kill(program) for program in programs}
    for program, pids in died.items():
        running.back(program, pids)


def hurry(running: Running, job: str) -> None:
    """Time passes for jobs of this name: they are due, and whoever died with one has been waited for."""
    running.look.execute(
        "UPDATE outbox SET due_at = clock_timestamp(), run_until = clock_timestamp() WHERE name = %s", [job]
    )


def promised(running: Running, job: str, key: str, value: str) -> list[dict[str, Any]]:
    """What the outbox knows of jobs of this name with this id in their payload."""
    statement = "SELECT attempts, dead_at, last_error, run_until FROM outbox WHERE name = %s AND payload->>%s = %s"
    return running.look.execute(statement, [job, key, value]).fetchall()


def payments_of(running: Running, stay: Stay) -> list[dict[str, Any]]:
    """Its attempts to pay, oldest first."""
    statement = "SELECT id::text, reference, status, amount FROM payments WHERE booking_id = %s ORDER BY id"
    return running.look.execute(statement, [stay.id]).fetchall()


def paid_at_gateway(running: Running, stay: Stay) -> list[str]:
    """References of this stay under which the gateway took money."""
    mine = {payment["reference"] for payment in payments_of(running, stay)}
    taken = running.at_gateway("transactions")
    return [one["reference"] for one in taken if one["reference"] in mine and one["status"] in ("success", "reversed")]


def wait(seconds: float) -> None:
    """The length of an outage; nothing is looked for meanwhile."""
    time.sleep(seconds)


def logged(running: Running, program: str) -> Iterator[dict[str, Any]]:
    """The lines of a program's log that are ours."""
    for line in (running.system.log_dir / f"{program}.log").read_text().splitlines():
        if line.startswith("{"):
            yield json.loads(line)
