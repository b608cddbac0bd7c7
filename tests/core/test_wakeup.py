"""The relay is woken after commits, once for a burst, and never for what was undone."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from app.core import db, wakeup
from app.core.announce import UserEvent, announce
from app.core.columns import new_id
from app.core.db import transaction


@pytest.fixture
def ear(application: object) -> Iterator[psycopg.Connection]:
    """A connection that listens as the relay does."""
    url = db.engine().url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {wakeup.CHANNEL}")
        yield connection


def heard(ear: psycopg.Connection, seconds: float = 0.4) -> int:
    return sum(1 for _ in ear.notifies(timeout=seconds))


def tell() -> None:
    with transaction() as session:
        announce(session, UserEvent(new_id(), "told", {}))


def test_a_commit_that_promises_something_wakes_it(ear: psycopg.Connection) -> None:
    began = time.monotonic()
    tell()
    assert len(list(ear.notifies(timeout=2, stop_after=1))) == 1
    assert time.monotonic() - began < 0.5


def test_a_burst_is_one_call(ear: psycopg.Connection) -> None:
    tell()
    heard(ear)  # the caller's connection stands
    for _ in range(1000):
        wakeup.relay()
    assert 1 <= heard(ear) <= 3


def test_nothing_is_said_of_what_promises_nothing_or_is_undone(ear: psycopg.Connection) -> None:
    with transaction() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(ZeroDivisionError):
        tell_and_break()
    assert heard(ear) == 0


def tell_and_break() -> None:
    with transaction() as session:
        announce(session, UserEvent(new_id(), "told", {}))
        raise ZeroDivisionError


def test_it_is_heard_again_after_its_connection_was_cut(ear: psycopg.Connection) -> None:
    tell()
    assert heard(ear) == 1
    ear.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query = 'NOTIFY outbox'"
    )
    for _ in range(2):  # the first finds the connection gone
        tell()
        time.sleep(0.05)
    assert heard(ear) == 1


def test_a_commit_never_waits_for_it(application: object) -> None:
    """Nor fails by it: nobody listens where this one calls."""
    url = db.engine().url.render_as_string(hide_password=False)
    wakeup.connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    try:
        began = time.monotonic()
        tell()
        assert time.monotonic() - began < 0.3
        with transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM outbox")) == 1
    finally:
        wakeup.connect(url)
