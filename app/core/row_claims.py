"""The connection on which a worker claims its jobs and ends them: each statement stands alone, in one round trip.

A session would ask for a sign of life, begin and commit around it: four round trips for one, twice a job. Nor does
such a statement wait for the disk: one that is lost with the server costs one more run of an idempotent job.
"""

import threading
from typing import LiteralString, TypeVar

import psycopg
from psycopg.abc import Params
from psycopg.rows import RowFactory
from sqlalchemy import Engine

from app.core import db
from app.core.errors import Unavailable

Row = TypeVar("Row")

OPTIONS = "-c synchronous_commit=off -c statement_timeout=5s -c lock_timeout=2s -c timezone=UTC -c jit=off"


class _Held(threading.local):
    """This thread's connection, and the engine whose database it leads to."""

    connection: psycopg.Connection | None = None
    engine: Engine | None = None


_held = _Held()


def first(statement: LiteralString, values: Params, rows: RowFactory[Row]) -> Row | None:
    """The first row that the statement returns, committed. Raises Unavailable when the database is away or busy.

    On a connection that turns out to be dead the statement is sent once more, on another: it must bear that.
    """
    try:
        connection = _connection()
        try:
            return _run(connection, statement, values, rows)
        except psycopg.OperationalError:
            if not connection.closed:
                raise
            return _run(_connection(), statement, values, rows)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("The database is away") from error


def _run(connection: psycopg.Connection, statement: LiteralString, values: Params, rows: RowFactory[Row]) -> Row | None:
    with connection.cursor(row_factory=rows) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchone()


def _connection() -> psycopg.Connection:
    """The open one, or another: also when this process was bound to another database, or forked."""
    if _held.connection is None or _held.connection.closed or _held.engine is not db.engine():
        _held.engine = db.engine()
        _held.connection = _open(_held.engine)
    return _held.connection


def _open(engine: Engine) -> psycopg.Connection:
    return psycopg.connect(
        engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        connect_timeout=3,
        options=OPTIONS,
        application_name="smartstay-worker-claims",
    )
