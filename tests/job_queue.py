"""Running promised jobs in the test's own process, through the wrapper that workers use."""

from sqlalchemy import text

from app.core.db import reading
from workers.binding import run_row

DUE = """
SELECT id FROM outbox
WHERE kind = 'job' AND dead_at IS NULL AND due_at <= clock_timestamp() AND coalesce(run_until, '-infinity') < clock_timestamp()
ORDER BY id
"""
MOST = 1000


def run_due_jobs() -> int:
    """Runs all that is due, and what that makes due. Returns how many runs there were."""
    ran = 0
    while ran < MOST:
        with reading() as session:
            due = list(session.scalars(text(DUE)))
        if not due:
            return ran
        for row_id in due:
            run_row(row_id)
            ran += 1
    raise AssertionError(f"after {MOST} runs there was still work: something enqueues itself for ever")
