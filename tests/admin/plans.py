"""How PostgreSQL goes about what a request asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from app.core import db


@contextmanager
def explained(table: str) -> Iterator[list[str]]:
    """Plans of the SELECTs from a table that are sent meanwhile, as PostgreSQL would run them."""
    plans: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and f"FROM {table}" in statement:
            with cursor.connection.cursor() as another:
                another.execute(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(row[0] for row in another.fetchall()))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)


def analyze(table: str) -> None:
    """PostgreSQL learns how many rows there are."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM ANALYZE {table}"))
