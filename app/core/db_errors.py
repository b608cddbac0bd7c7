"""The one map from what PostgreSQL refuses to what clients are told.

A module that owns a constraint or a table registers its own word for a breach beside the error class, so that this floor knows no domain.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.errors import AppError, Busy, Unavailable

_constraints: dict[str, type[AppError]] = {}
_locked_tables: dict[str, type[AppError]] = {}


class Raced(Busy):
    """A deadlock (40P01) or serialization failure (40001): the verb may simply run again."""


def constraint_means(name: str, error: type[AppError]) -> None:
    """A breach of the constraint `name` is told as `error`."""
    _constraints[name] = error


def waiting_for_means(table: str, error: type[AppError]) -> None:
    """A row lock of `table` that did not come in time (55P03) is told as `error`."""
    _locked_tables[table] = error


@contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's errors into ours; those that are bugs of ours pass as they are."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("All database connections are in use") from error
    except DBAPIError as error:
        known = _known(error)
        if known is None:
            raise
        raise known from error


def _known(error: DBAPIError) -> AppError | None:
    cause = error.orig
    if isinstance(cause, (pg.DeadlockDetected, pg.SerializationFailure)):
        return Raced()
    if isinstance(cause, pg.LockNotAvailable):
        return _locked(cause)
    if isinstance(cause, psycopg.IntegrityError):
        meaning = _constraints.get(cause.diag.constraint_name or "")
        return meaning() if meaning else None
    if isinstance(cause, (pg.QueryCanceled, pg.AdminShutdown, pg.CannotConnectNow, pg.TooManyConnections)):
        return Unavailable("The database is busy")
    if error.connection_invalidated or isinstance(error, OperationalError):
        return Unavailable("The database is away")
    return None


def _locked(cause: psycopg.Error) -> AppError:
    context = cause.diag.context or ""
    for table, meaning in _locked_tables.items():
        if f'relation "{table}"' in context:
            return meaning()
    return Busy()
