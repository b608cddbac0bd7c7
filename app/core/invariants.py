"""Sentences that are true of the database at any moment, each as a SELECT that must find nothing.

A module declares its own in its `invariants.py`. They are true while work is under way, too: what is merely owed (a job in the outbox,
a check that has its time) is not found, and neither is what a purge of old rows has left incomplete.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_ROWS = 100
SECONDS = 60

LIVING = "o.kind = 'job' AND o.dead_at IS NULL"

# The rows come as JSON, so that whoever tells them needs to know no type.
FOUND = """
WITH found AS MATERIALIZED ({statement})
SELECT (SELECT count(*) FROM found) AS total, to_json(found) AS shown FROM found LIMIT {most}
"""


@dataclass(frozen=True, slots=True)
class Invariant:
    """`name`: stable, for alerts are built on it. `meaning`: what a row of it means, and what a person does then. `statement`: a SELECT of
    ids, references, states and times, without parameters; what it finds goes into logs, so no personal data.
    """

    name: str
    meaning: str
    statement: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of an invariant: how many rows in all, and the first hundred of them as plain values."""

    invariant: Invariant
    total: int
    rows: tuple[dict[str, Any], ...]


def look(session: Session, invariant: Invariant) -> Finding:
    """Looks in the session's transaction, which writes nothing any more. Raises Unavailable when it takes longer than a minute."""
    session.execute(text(f"SET LOCAL statement_timeout = '{SECONDS}s'"))
    session.execute(text("SET TRANSACTION READ ONLY"))
    statement = FOUND.format(statement=invariant.statement, most=MOST_ROWS)
    found = session.execute(text(statement)).all()
    return Finding(invariant, found[0].total if found else 0, tuple(row.shown for row in found))
