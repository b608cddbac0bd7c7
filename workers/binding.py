"""Binds each declared job, and each tick of beat, to the one function that does it.

A job's message carries the number of its row and nothing else. The wrapper claims the row, runs the body with the
row's payload and says in the row how it ended, so that any message may be lost, late or doubled.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from app.core import job_runs, logging
from app.core.errors import AppError, Unavailable
from app.core.job_runs import Claim
from app.core.jobs import Job, Queue
from app.core.metrics import JOBS
from workers.celery_app import celery_app

Body = TypeVar("Body", bound=Callable[..., None])

READERS: dict[Any, Callable[[Any], Any]] = {UUID: UUID, int: int, str: str}
TICK_LIMIT = 20

log = logging.logger(__name__)


@dataclass(frozen=True, slots=True)
class Binding:
    """A job, the body that does it, and how each parameter is read from JSON."""

    job: Job
    body: Callable[..., None]
    readers: Mapping[str, Callable[[Any], Any]]

    def run(self, payload: Mapping[str, Any]) -> None:
        """Calls the body with the payload as keywords."""
        self.body(**{name: self.readers[name](value) for name, value in payload.items()})


BINDINGS: dict[str, Binding] = {}
TICKS: dict[str, Callable[[], None]] = {}


def runs(job: Job) -> Callable[[Body], Body]:
    """Makes the function the body of `job`: its parameters are the payload, each a UUID, an int or a str."""

    def bind(body: Body) -> Body:
        if job.name in BINDINGS:
            raise ValueError(f"{job.name} has a body already")
        hints = {name: hint for name, hint in get_type_hints(body).items() if name != "return"}
        BINDINGS[job.name] = Binding(job, body, {name: READERS[hint] for name, hint in hints.items()})
        celery_app.task(run_row, name=job.name, queue=str(job.queue), time_limit=job.limit)
        return body

    return bind


def tick(name: str) -> Callable[[Body], Body]:
    """Makes the function what beat's entry `name` runs: short SQL, harmless when it runs twice or late."""

    def bind(body: Body) -> Body:
        def run_tick() -> None:
            _run_tick(name, body)

        TICKS[name] = body
        celery_app.task(run_tick, name=name, queue=str(Queue.TICKS), time_limit=TICK_LIMIT)
        return body

    return bind


def run_row(row_id: int) -> None:
    """One run of the job in this row, if it can be claimed. A bug is recorded in the row and raised."""
    try:
        claimed = job_runs.claim(row_id)
    except Unavailable as error:
        log.warning("job_not_claimed", row_id=row_id, error=error.detail)
        return
    if claimed is None:
        return
    with logging.context(**claimed.payload | {"request_id": claimed.request_id, "job": claimed.name, "row_id": row_id}):
        _run(claimed)


def _run(claimed: Claim) -> None:
    started = time.perf_counter()
    outcome = "failed"
    try:
        outcome = _attempt(claimed)
    except Unavailable as error:
        outcome = _put_off(claimed, error)
    except Exception as error:
        log.exception("job_failed", attempts=claimed.attempts)
        if job_runs.fail(claimed, error):
            log.error("job_dead")
        raise
    finally:
        seconds = time.perf_counter() - started
        JOBS.labels(claimed.name, outcome).observe(seconds)
        log.info("job_run", outcome=outcome, attempts=claimed.attempts, ms=round(seconds * 1000, 1))


def _attempt(claimed: Claim) -> str:
    """Runs the body and deletes the row. An expected refusal ends the job too: nothing would change by another run."""
    outcome = "done"
    try:
        _binding(claimed.name).run(claimed.payload)
    except Unavailable:
        raise
    except AppError as refusal:
        outcome = "refused"
        log.warning("job_refused", code=refusal.code, detail=refusal.detail)
    if not job_runs.finish(claimed):
        log.warning("job_taken_over", attempts=claimed.attempts)
    return outcome


def _put_off(claimed: Claim, error: Unavailable) -> str:
    """When the database itself is away nothing can be noted: the job comes back by itself after `run_until`."""
    log.warning("job_put_off", code=error.code, detail=error.detail)
    with suppress(Unavailable):
        if job_runs.give_back(claimed, error, at_least=error.retry_after or 1):
            log.error("job_dead")
    return "put_off"


def _binding(name: str) -> Binding:
    if name not in BINDINGS:
        celery_app.loader.import_default_modules()
    return BINDINGS[name]


def _run_tick(name: str, body: Callable[[], None]) -> None:
    started, outcome = time.perf_counter(), "failed"
    try:
        body()
        outcome = "done"
    except Unavailable as error:
        outcome = "put_off"
        log.warning("tick_put_off", tick=name, code=error.code, detail=error.detail)
    except Exception:
        log.exception("tick_failed", tick=name)
        raise
    finally:
        JOBS.labels(name, outcome).observe(time.perf_counter() - started)
