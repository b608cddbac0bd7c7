"""The ground of every test: a private database built by the real migrations, real Redis, the sandbox over HTTP, real commits.

Each test finds empty tables. Nothing is rolled back behind anybody's back, so constraints, triggers and notifications are the real ones.
"""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import redis
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.cli import alembic_config
from app.config import Settings, settings
from app.core import db, redis_client
from app.factory import create_app
from sandbox.server import Sandbox
from tests.api import Api
from tests.contract import conformity
from tests.faults.schedule import pytest_addoption, pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.job_queue import run_due_jobs
from tests.query_report import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown, watching

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_xdist_make_scheduler",
]

ADMIN_URL = os.environ.get("TEST_DATABASE_ADMIN_URL", "postgresql+psycopg://smartstay@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
TEST_SETTINGS = {
    "PASSWORD_HASH_MEMORY_KIB": "64",
    "PASSWORD_THREADS": "200",
    "SEARCH_CACHE_SECONDS": "0",
    "SEARCH_LOG_SECONDS": "0",
    **{f"RATE_LIMIT_{name}": "1000000/minute" for name in ("SEARCH", "READ", "WRITE", "ADMIN", "AUTH")},
    "DATABASE_POOL_SIZE": "20",
    "DATABASE_POOL_OVERFLOW": "40",
    "LOG_LEVEL": "WARNING",
}

# Row by row, with triggers and foreign keys asleep: of the few that a test leaves, that takes a tenth of what TRUNCATE does.
EMPTY_ALL = """
DO $$
DECLARE name text; held int; large text;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR name IN SELECT tablename FROM pg_tables
              WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys', 'amenities') LOOP
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I LIMIT 500) AS few', name) INTO held;
    IF held = 500 THEN large := concat_ws(', ', large, quote_ident(name));
    ELSIF held > 0 THEN EXECUTE format('DELETE FROM %I', name);
    END IF;
  END LOOP;
  IF large IS NOT NULL THEN EXECUTE 'TRUNCATE ' || large || ' CASCADE'; END IF;
END $$
"""


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def private_database() -> Iterator[str]:
    """A new database, migrated to head, dropped afterwards. Yields its URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_libpq(ADMIN_URL), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        url = ADMIN_URL.rsplit("/", 1)[0] + f"/{name}"
        try:
            yield url
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """A test that opens any other outside socket fails: the vendors are the sandbox."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test wanted to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The outside world, over real HTTP and SMTP."""
    box = Sandbox(http_port=0, smtp_port=0)
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def application(sandbox: Sandbox) -> Iterator[Flask]:
    """One application for the whole run, on a database of its own."""
    with private_database() as url:
        os.environ |= TEST_SETTINGS | {
            "DATABASE_URL": url,
            "REDIS_URL": REDIS_URL,
            "PAYSTACK_BASE_URL": sandbox.paystack_url,
            "SMTP_PORT": str(sandbox.smtp_port),
            "S3_ENDPOINT_URL": sandbox.url,
            "S3_ACCESS_KEY_ID": "tests",
            "S3_SECRET_ACCESS_KEY": "secret-of-tests",
            "PUBLIC_PHOTOS_URL": f"{sandbox.url}/smartstay-photos",
        }
        settings.cache_clear()
        command.upgrade(alembic_config(), "head")
        app = create_app()
        with watching(app, db.engine()), conformity.watching(app):
            yield app
        db.engine().dispose()


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> None:
    """Empty tables and a Redis prefix of its own for each test that uses the application."""
    if "application" not in request.fixturenames:
        return
    request.getfixturevalue("application")
    with db.transaction() as session:
        session.execute(text(EMPTY_ALL))
    redis_client.connect(REDIS_URL, f"test:{uuid.uuid4().hex}:")
    box: Sandbox = request.getfixturevalue("sandbox")
    box.reset()


@pytest.fixture(autouse=True)
def answers_are_documented() -> Iterator[None]:
    """Whatever a test asks of the API in this process is answered as the OpenAPI document says."""
    conformity.wrong()
    yield
    assert conformity.wrong() == []


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    return application.test_client()


@pytest.fixture
def api(application: Flask) -> Api:
    """Calls the API as someone: `api.as_(user).post("/bookings", {...})`."""
    return Api(application)


@pytest.fixture
def with_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Settings]]:
    """`with_settings(hold_seconds=2)` changes settings for this test."""

    def change(**overrides: Any) -> Settings:
        for name, value in overrides.items():
            monkeypatch.setenv(name.upper(), str(value))
        settings.cache_clear()
        return settings()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


@dataclass
class Statements:
    """SQL statements sent meanwhile; BEGIN, COMMIT and SAVEPOINT are not counted."""

    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)

    def __str__(self) -> str:
        return "\n".join(
            f"{number:3} {' '.join(statement.split())[:160]}" for number, statement in enumerate(self.texts, 1)
        )


@pytest.fixture
def count_statements(application: Flask) -> Callable[[], Any]:
    """`with count_statements() as statements: …; assert len(statements) == 3`."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE")):
                seen.texts.append(statement)

        event.listen(db.engine(), "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine(), "before_cursor_execute", note)

    return counting


@pytest.fixture
def redis_keys(application: Flask) -> Callable[..., dict[str, int]]:
    """This test's keys in Redis and the milliseconds they have left."""

    def look(pattern: str = "*") -> dict[str, int]:
        client: Any = redis.Redis.from_url(REDIS_URL, decode_responses=True)
        return {key: client.pttl(key) for key in client.scan_iter(redis_client.key(pattern))}

    return look


@pytest.fixture
def run_jobs(application: Flask) -> Callable[..., int]:
    """Runs the jobs that are due, through the worker's own wrapper, until none is. Returns how many ran."""
    return run_due_jobs
