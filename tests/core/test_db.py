"""Transactions, and what becomes of what PostgreSQL refuses."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import db
from app.core.announce import UserEvent, announce
from app.core.columns import new_id
from app.core.db import in_transaction, reading, retrying, transaction
from app.core.db_errors import Raced
from app.core.errors import AppError, Busy, Unavailable
from tests.core import scratch

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture(autouse=True)
def table(application: object) -> None:
    scratch.prepare()


def run(*statements: str) -> None:
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def tell_and_break() -> None:
    with transaction() as session:
        session.execute(text("UPDATE scratch SET room = 7"))
        announce(session, UserEvent(new_id(), "told", {}))
        raise ZeroDivisionError


def together(*verbs: Callable[[], object]) -> None:
    """Runs all at once and waits for all."""
    threads = [threading.Thread(target=verb) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)


class TestTransactions:
    def test_what_is_done_inside_is_done_at_the_end(self) -> None:
        with transaction() as session:
            session.execute(text("UPDATE scratch SET room = 7 WHERE id = 1"))
            with reading() as other:
                assert other.scalar(text("SELECT room FROM scratch WHERE id = 1")) == 1
        assert scratch.rooms() == [7, 2]

    def test_an_error_undoes_all_of_it(self) -> None:
        with pytest.raises(ZeroDivisionError):
            tell_and_break()
        assert scratch.rooms() == [1, 2]
        assert not in_transaction()
        with reading() as session:
            assert session.scalar(text("SELECT count(*) FROM outbox")) == 0

    def test_they_do_not_nest(self) -> None:
        with transaction() as session:
            assert in_transaction()
            with pytest.raises(RuntimeError, match="does not nest"), transaction():
                pass
            session.execute(text("UPDATE scratch SET room = 7 WHERE id = 1"))
        assert scratch.rooms() == [7, 2]
        assert not in_transaction()

    def test_each_thread_has_its_own(self) -> None:
        inside: list[bool] = []
        with transaction():
            together(lambda: inside.append(in_transaction()))
        assert inside == [False]

    def test_reads_stand_alone_and_keep_nothing_open(self) -> None:
        with reading() as session:
            ids = [session.scalar(text("SELECT txid_current()")) for _ in range(2)]
            assert ids[0] != ids[1]
            state = session.scalar(
                text("SELECT xact_start = query_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
            )
            assert state is True

    def test_sessions_are_bounded_and_in_utc(self) -> None:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        with reading() as session:
            told = [session.scalar(text(f"SHOW {name}")) for name in names]
        assert told == ["5s", "2s", "10s", "UTC"]


class TestRefusals:
    def refused(self, *statements: str) -> AppError:
        with pytest.raises(AppError) as caught:
            run(*statements)
        return caught.value

    def test_23p01_is_what_the_module_calls_it(self) -> None:
        run("INSERT INTO scratch VALUES (3, 9, '[2027-01-01,2027-01-03)')")
        error = self.refused("INSERT INTO scratch VALUES (4, 9, '[2027-01-02,2027-01-05)')")
        assert (type(error), error.status, error.code) == (scratch.Taken, 409, "scratch_taken")
        run("INSERT INTO scratch VALUES (4, 9, '[2027-01-03,2027-01-05)')")
        assert scratch.rooms() == [1, 2, 9, 9]

    def test_55p03_is_what_the_module_calls_it(self) -> None:
        with psycopg.connect(psycopg_url()) as other:
            other.execute("SELECT FROM scratch WHERE id = 1 FOR UPDATE")
            error = self.refused("SET LOCAL lock_timeout = '50ms'", "SELECT FROM scratch WHERE id = 1 FOR UPDATE")
        assert (type(error), error.code) == (scratch.Locked, "scratch_locked")

    def test_other_locks_are_busy(self) -> None:
        with psycopg.connect(psycopg_url()) as other:
            other.execute("SELECT pg_advisory_lock(7)")
            error = self.refused("SET LOCAL lock_timeout = '50ms'", "SELECT pg_advisory_lock(7)")
        assert (type(error), error.status, error.retry_after) == (Busy, 503, 2)

    def test_a_constraint_that_nobody_named_is_a_bug(self) -> None:
        with pytest.raises(IntegrityError) as caught:
            run("INSERT INTO scratch (id, room) VALUES (5, 1000)")
        assert "ck_scratch_room" in str(caught.value)

    def test_errors_do_not_tell_what_was_bound(self) -> None:
        with pytest.raises(IntegrityError) as caught, transaction() as session:
            session.execute(
                text("INSERT INTO scratch (id, room, secret) VALUES (1, 1, :it)"), {"it": "hunter2-hunter2"}
            )
        assert "hunter2" not in str(caught.value)

    def test_what_takes_too_long_is_unavailable(self) -> None:
        error = self.refused("SET LOCAL statement_timeout = '50ms'", "SELECT pg_sleep(2)")
        assert (type(error), error.status) == (Unavailable, 503)

    def test_a_connection_that_is_ended_is_replaced(self) -> None:
        with reading() as session, psycopg.connect(psycopg_url(), autocommit=True) as admin:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            admin.execute("SELECT pg_terminate_backend(%s, 1000)", (pid,))
            with pytest.raises(Unavailable), transaction() as writing:
                writing.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert scratch.rooms() == [1, 2]


class TestPool:
    """The server ends all connections that wait in the pool, as it does when it is restarted."""

    def end_all(self) -> int:
        with psycopg.connect(psycopg_url(), autocommit=True) as admin:
            ended = admin.execute(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name LIKE 'smartstay-%' AND pid <> pg_backend_pid()"
            ).fetchone()
        assert ended
        return int(ended[0])

    def ask_often(self) -> None:
        for _ in range(db.engine().pool.checkedin() + 1):  # type: ignore[attr-defined]  # QueuePool's
            assert scratch.rooms() == [1, 2]

    def test_no_request_meets_a_connection_that_is_gone(self) -> None:
        assert scratch.rooms() == [1, 2]
        assert self.end_all() >= 1
        self.ask_often()

    def test_control_without_the_look_a_request_does(self) -> None:
        assert scratch.rooms() == [1, 2]
        event.remove(db.engine(), "checkout", db.refuse_dead)
        try:
            assert self.end_all() >= 1
            with pytest.raises(Unavailable):
                self.ask_often()
        finally:
            event.listen(db.engine(), "checkout", db.refuse_dead)


class TestRetries:
    def test_a_deadlock_lets_one_through_and_the_other_again(self) -> None:
        calls: list[int] = []
        both = threading.Barrier(2)

        def verb(first: int, second: int) -> Callable[[], None]:
            @retrying
            def lock_both() -> None:
                calls.append(first)
                with transaction() as session:
                    lock(session, first)
                    if calls.count(first) == 1:
                        both.wait(5)
                    lock(session, second)
                    session.execute(text("UPDATE scratch SET room = room + 10 WHERE id = :id"), {"id": first})

            return lock_both

        together(verb(1, 2), verb(2, 1))
        assert len(calls) == 3
        assert scratch.rooms() == [11, 12]

    @pytest.mark.parametrize("state", ["40P01", "40001"])
    def test_three_times_at_most(self, state: str) -> None:
        calls: list[float] = []

        @retrying
        def verb() -> None:
            calls.append(time.monotonic())
            run(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")

        with pytest.raises(Raced) as caught:
            verb()
        assert (len(calls), caught.value.status, caught.value.code) == (3, 503, "busy")

    def test_nothing_else_is_tried_again(self) -> None:
        calls: list[int] = []

        @retrying
        def verb() -> None:
            calls.append(1)
            run("INSERT INTO scratch (id, room) VALUES (1, 1)")

        with pytest.raises(IntegrityError):
            verb()
        assert len(calls) == 1


def lock(session: Session, row_id: int) -> None:
    session.execute(text("SELECT FROM scratch WHERE id = :id FOR NO KEY UPDATE"), {"id": row_id})


def psycopg_url() -> str:
    return db.engine().url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A pool of one, for which nobody waits longer than 0.3 s."""
    usual = db.engine()
    small = create_engine(usual.url, pool_size=1, max_overflow=0, pool_timeout=0.3)
    db.bind(small)
    yield
    db.bind(usual)
    small.dispose()


@pytest.mark.usefixtures("one_connection")
def test_case_28_an_exhausted_pool_is_unavailable_and_recovers(client: FlaskClient) -> None:
    with transaction() as session:
        session.execute(text("SELECT 1"))
        began = time.monotonic()
        answers: list[tuple[int, str, str | None]] = []

        def ask() -> None:
            answer = client.get("/api/v1/hotels")
            answers.append((answer.status_code, answer.json["code"], answer.headers.get("Retry-After")))

        together(ask)
        assert 0.2 < time.monotonic() - began < 2
        assert answers == [(503, "unavailable", "2")]
    assert client.get("/api/v1/hotels").status_code == 200
