"""Workers, relay and Redis dying in every way, with real processes. Numbers are those of our list of fault cases."""

import signal
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import text

from app.config import settings
from app.core import db, job_runs
from app.core.outbox import enqueue_many
from tests.faults.invariants import broken
from tests.workers import effects
from tests.workers.jobs_for_tests import DYING_ONCE, NOTE, POISON, SLOW
from tests.workers.processes import PREFIX, System, eventually
from tests.workers.rows import change, count, living, promise
from workers.relay.broker import Broker, Order

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def machinery(application: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    running = System(tmp_path_factory.mktemp("system"))
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def found_whole(application: object) -> Iterator[None]:
    """Whatever died, each test ends with production's audit. Whoever makes dead jobs discards them first."""
    yield
    with psycopg.connect(_url(), autocommit=True, row_factory=dict_row) as connection:
        assert broken(connection) == {}


@pytest.fixture
def system(machinery: System) -> System:
    effects.prepare()
    with db.transaction() as session:
        session.execute(text("TRUNCATE effects"))
    machinery.begin()
    return machinery


def promise_notes(first: int, last: int) -> None:
    with db.transaction() as session:
        enqueue_many(session, NOTE, [{"word": str(number)} for number in range(first, last + 1)])


def done(words: int) -> bool:
    return len(effects.words()) >= words and count() == 0


def test_a_committed_job_is_done_within_a_moment(system: System) -> None:
    system.relay()
    system.worker()
    promise(NOTE, word="first")
    eventually(lambda: done(1))
    promise(NOTE, word="second")
    assert eventually(lambda: done(2)) < 1
    assert effects.words() == ["first", "second"]


def test_case_13_a_killed_child_only_costs_time(system: System) -> None:
    system.relay()
    system.worker()
    promise(DYING_ONCE)
    eventually(lambda: done(2), within=DYING_ONCE.limit + 5)
    assert effects.words() == ["run", "run"]


def test_case_14_a_killed_worker_takes_its_children_along_and_its_job_is_done_by_another(system: System) -> None:
    system.relay()
    workers = {str(worker.pid): worker for worker in (system.worker(), system.another_worker())}
    promise(SLOW, milliseconds=1500)
    eventually(lambda: effects.words() == ["begun"])
    workers[str(effects.origins()[0])].kill()
    assert eventually(lambda: done(3)) < SLOW.limit + 5
    assert effects.words() == ["begun", "begun", "ended"]


def test_case_15_redis_dies_for_four_seconds_under_a_running_job(system: System) -> None:
    system.relay()
    worker = system.worker()
    promise(SLOW, milliseconds=1500)
    eventually(lambda: effects.words() == ["begun"])
    system.redis.kill()
    time.sleep(4)
    assert effects.words() == ["begun", "ended"]
    assert count() == 0
    promise(NOTE, word="after")
    system.redis.start()
    eventually(lambda: done(3))
    assert worker.poll() is None
    assert effects.words() == ["begun", "ended", "after"]


def test_case_17_redis_is_wiped_with_jobs_out(system: System) -> None:
    system.no_worker()
    relay = system.relay()
    promise_notes(1, 60)
    with system.redis.client() as client:
        eventually(lambda: client.llen(f"{PREFIX}critical") == 32)
    system.redis.kill()
    system.redis.wipe()
    system.redis.start()
    system.worker()
    eventually(lambda: done(60))
    assert sorted(effects.words(), key=int) == [str(number) for number in range(1, 61)]
    assert relay.poll() is None


def test_case_18_redis_freezes_for_three_seconds(system: System) -> None:
    relay = system.relay()
    worker = system.worker()
    system.redis.freeze()
    promise_notes(1, 5)
    time.sleep(3)
    assert effects.words() == []
    system.redis.thaw()
    eventually(lambda: done(5), within=8)
    assert (relay.poll(), worker.poll()) == (None, None)
    assert len(effects.words()) == 5


def test_case_21_a_message_delivered_four_times_at_once_has_its_effect_once(system: System) -> None:
    system.worker()
    row_id = promise(SLOW, milliseconds=300)
    broker = Broker(settings().model_copy(update={"redis_url": system.redis.url(), "redis_prefix": PREFIX}))
    broker.send([Order(row_id, SLOW.name, "critical", SLOW.limit)] * 4)
    broker.close()
    eventually(lambda: done(2))
    with system.redis.client() as client:
        eventually(lambda: client.llen(f"{PREFIX}critical") == 0)
    time.sleep(0.3)
    assert effects.words() == ["begun", "ended"]


def test_case_22_a_poisoned_job_stops_after_its_attempts_and_a_person_discards_it(system: System) -> None:
    system.relay()
    system.worker()
    poison = promise(POISON)
    promise_notes(1, 10)
    eventually(lambda: living(poison)["dead_at"] is not None, within=15)
    assert effects.words().count("poison") == POISON.attempts
    eventually(lambda: count() == 1)
    assert sorted(word for word in effects.words() if word != "poison") == sorted(
        str(number) for number in range(1, 11)
    )
    assert f'"row_id": {poison}, "event": "job_dead"' in system.log("relay")
    with db.transaction() as session:
        assert [dead["id"] for dead in job_runs.page_dead(session)] == [poison]
        job_runs.discard(session, poison)
    assert count() == 0


def test_a_job_that_never_ends_is_killed_at_its_limit(system: System) -> None:
    system.relay()
    system.worker()
    row_id = promise(SLOW, milliseconds=60_000)
    change(row_id, "max_attempts = 1")
    waited = eventually(lambda: living(row_id)["dead_at"] is not None, within=12)
    assert SLOW.limit <= waited
    assert effects.words() == ["begun"]
    with db.transaction() as session:
        job_runs.discard(session, row_id)


def test_case_24_two_relays_have_each_job_done_once(system: System) -> None:
    system.relay()
    system.another_relay()
    system.worker()
    promise_notes(1, 100)
    eventually(lambda: done(100))
    assert sorted(effects.words(), key=int) == [str(number) for number in range(1, 101)]


def test_a_killed_relay_loses_nothing(system: System) -> None:
    relay = system.relay()
    system.worker()
    promise_notes(1, 200)
    eventually(lambda: len(effects.words()) >= 20)
    relay.kill()
    relay.wait()
    system.relay()
    eventually(lambda: done(200))
    assert sorted(effects.words(), key=int) == [str(number) for number in range(1, 201)]


def test_case_55_a_worker_told_to_end_finishes_what_it_does(system: System) -> None:
    system.relay()
    worker = system.worker()
    promise(SLOW, milliseconds=1000)
    eventually(lambda: effects.words() == ["begun"])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert effects.words() == ["begun", "ended"]
    assert count() == 0


@pytest.mark.parametrize("frozen", [False, True])
def test_a_relay_told_to_end_does_so_within_two_seconds(system: System, frozen: bool) -> None:
    relay = system.relay()
    if frozen:
        system.redis.freeze()
        promise(NOTE, word="a")
        time.sleep(0.4)
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(2) == 0
    if frozen:
        system.redis.thaw()


def test_relay_and_worker_come_back_when_postgresql_does(system: System) -> None:
    relay, worker = system.relay(), system.worker()
    promise(NOTE, word="before")
    eventually(lambda: done(1))
    with psycopg.connect(_admin_url(), autocommit=True) as admin:
        name = settings().database_url.rpartition("/")[2]
        _close(admin, name)
        time.sleep(1.5)
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    promise(NOTE, word="after")
    eventually(lambda: done(2), within=5)
    assert (relay.poll(), worker.poll()) == (None, None)
    assert "database_away" in system.log("relay")


def _url() -> str:
    return settings().database_url.replace("postgresql+psycopg://", "postgresql://")


def _admin_url() -> str:
    return _url().rpartition("/")[0] + "/postgres"


def _close(admin: psycopg.Connection, name: str) -> None:
    """Ends everybody's connection to the database and admits nobody, as a server that restarts does."""
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_beat_orders_ticks_that_drop_themselves_when_old(system: System) -> None:
    system.beat()
    with system.redis.client() as client:
        eventually(lambda: client.llen(f"{PREFIX}ticks") >= 4)
        ticks = b"".join(client.lrange(f"{PREFIX}ticks", 0, -1))
    assert ticks.count(b'"task": "holds.expire"') >= 2
    assert ticks.count(b'"task": "holds.warn"') >= 2
    assert b'"expires": null' not in ticks
