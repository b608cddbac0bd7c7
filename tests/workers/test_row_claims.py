"""The connection on which jobs are claimed: one for each thread, replaced when it dies, and plain about a database that is away."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import create_engine

from app.core import db, job_runs, row_claims
from app.core.errors import Unavailable
from tests.workers.jobs_for_tests import NOTE
from tests.workers.rows import count, promise

pytestmark = pytest.mark.usefixtures("application")


def backend() -> int:
    """The process of PostgreSQL that serves this thread."""
    row = row_claims.first("SELECT pg_backend_pid()", {})
    assert row is not None
    return int(row[0])


def cut(pid: int) -> None:
    url = db.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 1000)", (pid,)).fetchone() == (True,)


def test_a_thread_keeps_its_connection() -> None:
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(backend).result()
    assert backend() == backend() != elsewhere


def test_a_dead_connection_is_replaced_and_the_job_claimed_once() -> None:
    row_id = promise(NOTE, word="a")
    cut(backend())
    claimed = job_runs.claim(row_id)
    assert claimed is not None
    assert claimed.attempts == 1
    cut(backend())
    assert job_runs.finish(claimed)
    assert count() == 0


def test_a_database_that_is_away_is_said_to_be() -> None:
    usual = db.engine()
    db.bind(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    try:
        with pytest.raises(Unavailable):
            job_runs.claim(1)
    finally:
        db.bind(usual)
    assert job_runs.claim(1) is None


def test_its_commits_do_not_wait_for_the_disk() -> None:
    assert row_claims.first("SHOW synchronous_commit", {}) == ("off",)
