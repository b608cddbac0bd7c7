"""The life of a promised job in its row: claimed by one worker at a time, deleted when done, dead at last.

Who has claimed a row owns it until `run_until`, which is after the moment at which Celery kills the run. Whatever
ends a run names the `run_until` it claimed, so that a run which was believed dead cannot end its successor's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from app.core import row_claims
from app.core.errors import NotFound

ERROR_LENGTH = 300

# Each may be sent twice, should its answer be lost with the connection: the second finds nothing to do.
CLAIM: Final = """
UPDATE outbox
SET attempts = attempts + 1, sent_until = NULL, run_until = clock_timestamp() + make_interval(secs => hard_limit + 2)
WHERE id = %(row_id)s AND kind = 'job' AND dead_at IS NULL AND due_at <= clock_timestamp() AND attempts < max_attempts
  AND (run_until IS NULL OR run_until <= clock_timestamp())
RETURNING id, name, payload, request_id, attempts, run_until
"""
FINISH: Final = "DELETE FROM outbox WHERE id = %(row_id)s AND run_until = %(run_until)s RETURNING id"

# A job's age counts from when it was first due, or was retried by a person: its first failure moves `created_at` there.
GIVE_BACK: Final = """
UPDATE outbox
SET attempts = attempts - 1, run_until = NULL, last_error = %(error)s, created_at = owed.since,
    due_at = clock_timestamp() + make_interval(secs => greatest(%(at_least)s, least(300, owed.age / 2))),
    dead_at = CASE WHEN owed.age > give_up_after THEN clock_timestamp() END
FROM (
  SELECT since, extract(epoch FROM clock_timestamp() - since)::float AS age
  FROM (
    SELECT CASE WHEN last_error IS NULL THEN greatest(created_at, due_at) ELSE created_at END AS since
    FROM outbox WHERE id = %(row_id)s
  ) AS first
) AS owed
WHERE id = %(row_id)s AND run_until = %(run_until)s
RETURNING dead_at IS NOT NULL AS dead
"""
FAIL: Final = """
UPDATE outbox
SET run_until = NULL, last_error = %(error)s,
    created_at = CASE WHEN last_error IS NULL THEN greatest(created_at, due_at) ELSE created_at END,
    due_at = clock_timestamp() + make_interval(secs => least(300, 2 ^ attempts)),
    dead_at = CASE WHEN attempts >= max_attempts THEN clock_timestamp() END
WHERE id = %(row_id)s AND run_until = %(run_until)s
RETURNING dead_at IS NOT NULL AS dead
"""

PAGE_DEAD = text("""
SELECT id, name, queue, payload, request_id, created_at, dead_at, attempts, last_error
FROM outbox WHERE kind = 'job' AND dead_at IS NOT NULL AND id > :after ORDER BY id LIMIT :limit
""")
LOCK_DEAD = text("""
SELECT id, name, payload, attempts FROM outbox WHERE id = :row_id AND kind = 'job' AND dead_at IS NOT NULL FOR UPDATE
""")
RETRY = text("""
UPDATE outbox
SET dead_at = NULL, attempts = 0, last_error = NULL, sent_until = NULL, run_until = NULL, due_at = clock_timestamp()
WHERE id = :row_id AND kind = 'job' AND dead_at IS NOT NULL RETURNING id
""")
DISCARD = text("DELETE FROM outbox WHERE id = :row_id AND kind = 'job' AND dead_at IS NOT NULL RETURNING id")


class JobNotFound(NotFound):
    code, title = "job_not_found", "There is no dead job with this number"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a job until `run_until`. `attempts` counts this run."""

    row_id: int
    name: str
    payload: dict[str, Any]
    request_id: str | None
    attempts: int
    run_until: datetime


def claim(row_id: int) -> Claim | None:
    """Takes the job for one run. None, as for copies of a message: done, dead, running, used up or not due."""
    row = row_claims.first(CLAIM, {"row_id": row_id})
    return None if row is None else Claim(*row)


def finish(claimed: Claim) -> bool:
    """The promise is kept: its row goes. False when the row had already gone to another run."""
    return row_claims.first(FINISH, _fence(claimed)) is not None


def give_back(claimed: Claim, error: Exception, *, at_least: float = 1) -> bool:
    """What the job needs is away: tried again after half its age (`at_least` to 300 seconds), at no cost.

    True when the job has waited for longer than it may and is now dead.
    """
    return _ended(GIVE_BACK, claimed, error, at_least=at_least)


def fail(claimed: Claim, error: Exception) -> bool:
    """The run broke: tried again after 2, 4, 8 … seconds. True when attempts are used up and the job is now dead."""
    return _ended(FAIL, claimed, error)


def page_dead(session: Session, *, after: int = 0, limit: int = 50) -> list[RowMapping]:
    """Jobs that wait for a person, oldest first.

    Each: id, name, queue, payload, request_id, created_at, dead_at, attempts, last_error.
    """
    return list(session.execute(PAGE_DEAD, {"after": after, "limit": limit}).mappings())


def lock_dead(session: Session, row_id: int) -> RowMapping:
    """A dead job, locked: id, name, payload, attempts. Raises JobNotFound."""
    row = session.execute(LOCK_DEAD, {"row_id": row_id}).mappings().first()
    if row is None:
        raise JobNotFound
    return row


def retry(session: Session, row_id: int) -> None:
    """A dead job begins anew, with all its attempts. Raises JobNotFound."""
    _require(session.execute(RETRY, {"row_id": row_id}).first())


def discard(session: Session, row_id: int) -> None:
    """A dead job is given up for good. Raises JobNotFound."""
    _require(session.execute(DISCARD, {"row_id": row_id}).first())


def _ended(statement: LiteralString, claimed: Claim, error: Exception, **values: float) -> bool:
    row = row_claims.first(statement, _fence(claimed) | {"error": _summary(error)} | values)
    return row is not None and bool(row[0])


def _fence(claimed: Claim) -> dict[str, Any]:
    return {"row_id": claimed.row_id, "run_until": claimed.run_until}


def _summary(error: Exception) -> str:
    """The first line alone: what follows in a database error are the values of a row."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:ERROR_LENGTH]


def _require(row: object) -> None:
    if row is None:
        raise JobNotFound
