"""The database, and the only place that commits.

`with transaction() as session:` stands in a service's public verb, around database work alone. It never nests and never spans a
network call. `with reading() as session:` is for single reads: no transaction is kept open (each statement commits by itself).
"""

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import orjson
import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.core import announce, db_errors, wakeup

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
# So that the kernel notices a server that vanished without a word, within a minute.
KEEPALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)


class _Bound:
    """The engine of this process and its two kinds of sessions."""

    engine: Engine
    asked: Engine
    write: sessionmaker[Session]
    read: sessionmaker[Session]


def connect(settings: Settings) -> Engine:
    """Binds this process to its database. No connection is opened before the first statement."""
    options = (
        f"-c statement_timeout={settings.database_statement_timeout}s -c lock_timeout={settings.database_lock_timeout}s"
        " -c idle_in_transaction_session_timeout=10s -c timezone=UTC -c jit=off"
    )
    engine = create_engine(
        settings.database_url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        pool_timeout=settings.database_pool_timeout,
        pool_recycle=1800,
        json_serializer=orjson.dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,  # an error's text goes into logs, and what was bound may be a mail or a password's hash
        connect_args={
            "connect_timeout": 3,
            "options": options,
            "application_name": f"smartstay-{settings.process}",
            **KEEPALIVE,
        },
    )
    event.listen(engine, "checkout", refuse_dead)
    bind(engine)
    wakeup.connect(settings.database_url)
    return engine


def refuse_dead(connection: psycopg.Connection[Any], *_rest: object) -> None:
    """Has the pool replace a connection that the server has closed. Raises DisconnectionError.

    Takes what has arrived unasked and waits for nothing: a question to the server would cost each request a round trip for each time it
    goes to the pool. Twice, because the first look may find the server's parting words and only the second that nothing follows.
    """
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def bind(engine: Engine) -> None:
    """Makes `engine` the one that transactions and reads of this process use."""
    _Bound.engine = engine
    _Bound.write = sessionmaker(engine, expire_on_commit=False)
    _Bound.asked = engine.execution_options(isolation_level="AUTOCOMMIT")
    _Bound.read = sessionmaker(_Bound.asked, expire_on_commit=False)


def engine() -> Engine:
    """The engine of this process."""
    return _Bound.engine


def in_transaction() -> bool:
    """Whether the caller stands inside `transaction()`: where nothing may be sent over the network."""
    return _inside.get()


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction. Announced events are numbered as its last statements; the relay is woken after the commit.

    Raises the errors of `db_errors` for what the database refuses, RuntimeError when nested.
    """
    if _inside.get():
        raise RuntimeError("transaction() does not nest: the outermost verb opens it, others take its session")
    token = _inside.set(True)
    try:
        with db_errors.translated(), _Bound.write() as session:
            yield session
            announce.write(session)
            session.commit()
            wake = session.info.get(wakeup.NEEDED, False)
    finally:
        _inside.reset(token)
    if wake:
        wakeup.relay()


@contextmanager
def reading() -> Iterator[Session]:
    """A session whose statements each stand alone. Writes through it would commit one by one: use it to read."""
    with db_errors.translated(), _Bound.read() as session:
        yield session


@contextmanager
def asking() -> Iterator[Connection]:
    """A connection as `reading()` uses it, without the session around it: for what is asked most often."""
    with db_errors.translated(), _Bound.asked.connect() as connection:
        yield connection


def retrying(verb: Callable[P, R]) -> Callable[P, R]:
    """Runs a whole verb again, at most three times, when PostgreSQL broke a deadlock or a serialization conflict by ending us."""

    @functools.wraps(verb)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS):
            try:
                return verb(*args, **kwargs)
            except db_errors.Raced:
                time.sleep(0.01 * attempt)
        return verb(*args, **kwargs)

    return wrapper
