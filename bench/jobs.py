"""Jobs a second and until one starts: through row, relay and Celery beside bare Celery; a payment's check behind 10,000 mails."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.config import Settings
from app.core import db
from app.core.jobs import Queue
from app.core.outbox import enqueue, enqueue_many
from bench import jobs_mails
from bench.jobs_trivial import BARE, NOTHING, STARTS
from bench.rounds import median, percentile, say, side_by_side
from runner.children import end, launch
from runner.paths import ROOT
from runner.system import System
from workers.celery_app import celery_app

MANY = 1500
AT_ONCE = 100
ONE_BY_ONE = 100
PAUSE = 0.02
PATIENCE = 120.0
WORKER = ["worker", "-Q", "critical", "-c", "2", "--without-gossip", "--without-mingle", "-n", "bench@%h", "-E"]


def run() -> dict[str, Any]:
    """Figures are medians of rounds; percentiles are of all rounds' runs together."""
    return _trivial() | jobs_mails.run()


def _trivial() -> dict[str, Any]:
    with _stage() as stage:
        say("jobs: a job that does nothing, through its row and the relay, and by bare Celery")
        for warm_up in (stage.rows_per_second, stage.bare_per_second):
            warm_up()
        rates = side_by_side({"row": stage.rows_per_second, "bare": stage.bare_per_second})
        waits = side_by_side({"row": stage.row_waits, "bare": stage.bare_waits})
    return _figures(rates, {name: [wait for waited in plays for wait in waited.each] for name, plays in waits.items()})


def _figures(rates: dict[str, list[float]], waits: dict[str, list[float]]) -> dict[str, Any]:
    ours, bare = median(rates["row"]), median(rates["bare"])
    ratio = median([row / celery for row, celery in zip(rates["row"], rates["bare"], strict=True)])
    return {
        "jobs_per_s": round(ours),
        "celery_per_s": round(bare),
        "ratio_to_celery": round(ratio, 2),
        "start_p50_ms": round(percentile(waits["row"], 0.5), 1),
        "start_p99_ms": round(percentile(waits["row"], 0.99), 1),
        "celery_start_p50_ms": round(percentile(waits["bare"], 0.5), 1),
        "celery_start_p99_ms": round(percentile(waits["bare"], 0.99), 1),
        "jobs_per_round": MANY,
        "starts_per_round": ONE_BY_ONE,
    }


class Waits:
    """Milliseconds until each started; said in short."""

    def __init__(self, each: list[float]) -> None:
        self.each = each

    def __str__(self) -> str:
        return f"p50 {percentile(self.each, 0.5):.1f} ms, p99 {percentile(self.each, 0.99):.1f} ms"


class Stage:
    """A relay and one worker that run, and both ways to hand them work."""

    def __init__(self, system: System, starts: Path, settings: Settings) -> None:
        self._system, self._starts = system, starts
        options = {"global_keyprefix": settings.redis_prefix}
        connection = celery_app.connection(settings.redis_url, transport_options=options)
        self._producer = celery_app.amqp.Producer(connection, auto_declare=False)

    @contextmanager
    def _without_relay(self) -> Iterator[None]:
        """A queue that is full without it would keep it looking for room, at the cost of whom it is compared with."""
        self._system.signal("relay", signal.SIGSTOP)
        try:
            yield
        finally:
            self._system.signal("relay", signal.SIGCONT)

    # --- much at once ------------------------------------------------------------------------------------------------

    def rows_per_second(self) -> float:
        return self._rate(self._hand_rows)

    def bare_per_second(self) -> float:
        with self._without_relay():
            return self._rate(self._hand_bare)

    def _rate(self, hand_over: Callable[[], None]) -> float:
        """From the start of handing over until the last has begun."""
        self._starts.write_bytes(b"")
        began = time.time()
        hand_over()
        return MANY / (max(self._begun(MANY).values()) - began)

    def _hand_rows(self) -> None:
        """As a sweep does: so many rows to a transaction."""
        for first in range(0, MANY, AT_ONCE):
            with db.transaction() as session:
                enqueue_many(session, NOTHING, [{"number": number} for number in range(first, first + AT_ONCE)])

    def _hand_bare(self) -> None:
        for number in range(MANY):
            self._delay(number)

    # --- one by one --------------------------------------------------------------------------------------------------

    def row_waits(self) -> Waits:
        """From when the commit has returned."""
        return self._waits(self._enqueue)

    def bare_waits(self) -> Waits:
        """From when `.delay()` was called: Celery's word is given when that returns, which may be after the start."""
        with self._without_relay():
            return self._waits(self._delay_timed)

    def _waits(self, hand_over: Callable[[int], float]) -> Waits:
        self._starts.write_bytes(b"")
        given = {}
        for number in range(ONE_BY_ONE):
            given[number] = hand_over(number)
            time.sleep(PAUSE)
        begun = self._begun(ONE_BY_ONE)
        return Waits([(begun[number] - at) * 1000 for number, at in given.items()])

    def _enqueue(self, number: int) -> float:
        with db.transaction() as session:
            enqueue(session, NOTHING, number=number)
        return time.time()

    def _delay_timed(self, number: int) -> float:
        called = time.time()
        self._delay(number)
        return called

    def _delay(self, number: int) -> None:
        options = {"queue": str(Queue.CRITICAL), "time_limit": NOTHING.limit, "ignore_result": True}
        celery_app.send_task(BARE, args=[number], producer=self._producer, retry=False, **options)

    def _begun(self, count: int) -> dict[int, float]:
        """When each began, once so many have. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            lines = self._starts.read_text().splitlines()
            if len(lines) >= count:
                return {int(number): float(at) for _, number, at in map(str.split, lines)}
            time.sleep(0.05)
        raise TimeoutError(f"{len(lines)} of {count} jobs began within {PATIENCE:.0f} s")


@contextmanager
def _stage() -> Iterator[Stage]:
    """A durable system of relay and servers alone, and a worker that knows the trivial job; gone afterwards."""
    system = System("bench-jobs", persistent=False, durable=True, programs=("relay",))
    try:
        system.start_servers()
        system.migrate()
        system.start_processes()
        system.wait_ready()
        with _worker(system) as starts:
            yield Stage(system, starts, _connect(system))
    finally:
        system.destroy()


def _connect(system: System) -> Settings:
    told = system.settings()
    settings = Settings(process="cli", database_url=told["DATABASE_URL"], redis_url=told["REDIS_URL"])
    db.connect(settings)
    return settings


@contextmanager
def _worker(system: System) -> Iterator[Path]:
    """As `worker-critical` is run. Yields the file of what it started."""
    log, starts = system.log_dir / "worker-bench.log", system.run_dir / "starts"
    starts.touch()
    command = [sys.executable, "-m", "celery", "-A", "workers.celery_app", *WORKER, "--include", "bench.jobs_trivial"]
    environment = system.environment() | {"PROCESS": "worker", STARTS: str(starts)}
    child = launch(command, log=log, env=environment, cwd=ROOT)
    try:
        _await_ready(log)
        yield starts
    finally:
        end(child, signal.SIGTERM, patience=10)


def _await_ready(log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while " ready." not in log.read_text():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the worker is not ready:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "INFO")
    print(_trivial())
