"""Writing promises: a job is enqueued in the transaction of its cause and exists exactly if that commits."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Double, Table, bindparam, func, insert
from sqlalchemy.orm import Session

from app.core import wakeup
from app.core.jobs import Job
from app.core.logging import current_request_id
from app.core.models import OutboxKind, OutboxRow

# Rows come as parameters: a statement that holds them would be compiled anew each time.
_TABLE = cast(Table, OutboxRow.__table__)
_JOBS = insert(_TABLE).values(
    due_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, bindparam("due_in", type_=Double))
)
_EVENTS = insert(_TABLE)


def enqueue(session: Session, job: Job, *, due_in: float = 0, **arguments: UUID | int | str) -> None:
    """Promises one run of `job` with ids as arguments, `due_in` seconds from now by the database's clock."""
    enqueue_many(session, job, [arguments], due_in=due_in)


def enqueue_many(session: Session, job: Job, payloads: list[dict[str, Any]], *, due_in: float = 0) -> None:
    """Promises one run for each payload, in one statement."""
    if not payloads:
        return
    session.execute(_JOBS, [_job_row(job, payload, due_in) for payload in payloads])
    session.info[wakeup.NEEDED] = True


def _job_row(job: Job, payload: dict[str, Any], due_in: float) -> dict[str, Any]:
    return {
        "kind": OutboxKind.JOB,
        "name": job.name,
        "queue": str(job.queue),
        "payload": {name: _plain(value) for name, value in payload.items()},
        "request_id": current_request_id(),
        "due_in": due_in,
        "max_attempts": job.attempts,
        "hard_limit": job.limit,
        "give_up_after": job.give_up_after,
    }


def write_events(session: Session, rows: list[dict[str, Any]]) -> None:
    """Promises that each `event_row` is emitted, in this order."""
    session.execute(_EVENTS, rows)
    session.info[wakeup.NEEDED] = True


def event_row(name: str, room: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The row that makes the relay emit `payload` as `name` to a Socket.IO room."""
    return {
        "kind": OutboxKind.EVENT,
        "name": name,
        "queue": room,
        "payload": payload,
        "request_id": current_request_id(),
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
