"""Outbox rows as tests write and see them."""

from typing import Any

from sqlalchemy import RowMapping, text

from app.core import db
from app.core.jobs import Job
from app.core.outbox import enqueue


def promise(job: Job, *, due_in: float = 0, **arguments: Any) -> int:
    """Enqueues the job in a transaction of its own; returns its row's number."""
    with db.transaction() as session:
        enqueue(session, job, due_in=due_in, **arguments)
        row_id: int = session.execute(text("SELECT max(id) FROM outbox")).scalar_one()
    return row_id


def row(row_id: int) -> RowMapping | None:
    """The row as it is now; `due_in`, `run_for` and `sent_for` are seconds from now."""
    with db.reading() as session:
        found = session.execute(
            text("""
                SELECT *, extract(epoch FROM due_at - clock_timestamp())::float AS due_in,
                       extract(epoch FROM run_until - clock_timestamp())::float AS run_for,
                       extract(epoch FROM sent_until - clock_timestamp())::float AS sent_for
                FROM outbox WHERE id = :row_id
            """),
            {"row_id": row_id},
        )
        return found.mappings().first()


def living(row_id: int) -> RowMapping:
    """The row, which must be there."""
    found = row(row_id)
    assert found is not None
    return found


def change(row_id: int, assignments: str) -> None:
    """Moves a row in time: `change(id, "due_at = due_at - interval '1 hour'")`."""
    with db.transaction() as session:
        session.execute(text(f"UPDATE outbox SET {assignments} WHERE id = :row_id"), {"row_id": row_id})


def count() -> int:
    """How many rows there are."""
    with db.reading() as session:
        rows: int = session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    return rows
