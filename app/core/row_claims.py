"""The connection on which a worker claims its jobs and ends them: each statement stands alone, in one round trip.

A session would ask for a sign of life, begin and commit around it: four round trips for one, twice a job. Nor does
such a statement wait for the disk: one that is lost with the server costs one more run of an idempotent job.
"""

import threading
from typing import Any, LiteralString

import psycopg
from psycopg.abc import Params
from sqlalchemy import Engine

from app.core import db
from app.core.errors import Unavailable

OPTIONS = "-c synchronous_commit=off -c statement_timeout=5s -c lock_timeout=2s -c timezone=UTC -c jit=off"


class _Held(threading.local):
    """A cursor on this thread's connection, and the engine whose database it leads to."""

    cursor: psycopg.Cursor | None = None
    engine: Engine | None = None


_held = _Held()


def first(statement: LiteralString, values: Params) -> tuple[Any, ...] | None:
    """The first row that the statement returns, committed. Raises Unavailable when the database is away or busy.

    On a connection that turns out to be dead the statement is sent once more, on another: it must bear that.
    """
    try:
        cursor = _cursor()
        try:
            return _run(cursor, statement, values)
        except psycopg.OperationalError:
            if not cursor.connection.closed:
                raise
            return _run(_cursor(), statement, values)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("The database is away") from error


def _run(cursor: psycopg.Cursor, statement: LiteralString, values: Params) -> tuple[Any, ...] | None:
    return cursor.execute(statement, values, prepare=True).fetchone()


def _cursor() -> psycopg.Cursor:
    """The open one, or another: also when this process was bound to another database, or forked."""
    if _held.cursor is None or _held.cursor.connection.closed or _held.engine is not db.engine():
        _held.engine = db.engine()
        _held.cursor = _open(_held.engine).cursor()
    return _held.cursor


def _open(engine: Engine) -> psycopg.Connection:
    return psycopg.connect(
        engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        connect_timeout=3,
        options=OPTIONS,
        application_name="smartstay-worker-claims",
    )
