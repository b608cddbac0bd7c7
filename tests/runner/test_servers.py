"""Private servers, for real: started, filled, killed, frozen, stopped."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from runner import ports
from runner.children import is_alive
from runner.paths import LOCAL, data_home, outside_home
from runner.postgres import Postgres
from runner.redis_server import RedisServer
from runner.system import System


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    whole = System("runner-tests", persistent=False)
    try:
        whole.start_servers()
        yield whole
    finally:
        whole.destroy()


def rows(system: System, statement: str) -> list[tuple[object, ...]]:
    url = system.postgres.url("smartstay").replace("+psycopg", "", 1)
    with psycopg.connect(url, connect_timeout=2) as connection:
        return connection.execute(statement).fetchall()


def test_postgres_has_postgis_and_survives_a_kill(system: System) -> None:
    postgres = system.postgres
    first = postgres.pid
    assert first is not None
    assert rows(system, "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'") == [(1,)]
    assert rows(system, "SHOW max_connections") == [("200",)]
    assert rows(system, "SHOW fsync") == [("off",)]
    postgres.kill()
    assert postgres.pid is None
    assert not is_alive(first)
    postgres.start()
    assert rows(system, "SELECT 1") == [(1,)]
    postgres.stop("immediate")
    postgres.start()
    assert rows(system, "SELECT 1") == [(1,)]


def test_a_database_is_copied_from_a_template_and_dropped(system: System) -> None:
    postgres = system.postgres
    postgres.create_database("original")
    with psycopg.connect(postgres.url("original").replace("+psycopg", "", 1)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.create_database("copy", template="original")
    connection = psycopg.connect(postgres.url("copy").replace("+psycopg", "", 1), autocommit=True)
    assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]
    postgres.drop_database("copy")
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    postgres.drop_database("copy")
    assert (postgres.has_database("original"), postgres.has_database("copy")) == (True, False)


def test_redis_never_evicts_and_can_be_frozen_and_wiped(system: System) -> None:
    redis = system.redis
    with redis.client() as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.set("kept", "1")
    redis.freeze()
    assert redis.answers() is False
    redis.thaw()
    assert redis.answers() is True
    redis.wipe()
    with redis.client() as client:
        assert client.dbsize() == 0


def test_only_a_persistent_redis_remembers(tmp_path: Path) -> None:
    for persistent, remembered in ((True, b"1"), (False, None)):
        server = RedisServer(tmp_path / str(persistent), ports.pick(), persistent=persistent)
        try:
            server.start()
            with server.client() as client:
                client.set("kept", "1")
            server.stop()
            server.start()
            with server.client() as client:
                assert client.get("kept") == remembered
        finally:
            server.stop()
        assert server.pid is None


def test_a_stopped_system_leaves_no_process_and_a_destroyed_one_no_file() -> None:
    system = System("runner-tests-end", persistent=False)
    system.start_servers()
    pids = [system.postgres.pid or 0, system.redis.pid or 0]
    folder = system.run_dir
    assert [is_alive(pid) for pid in pids] == [True, True]
    system.stop()
    system.stop()
    assert [is_alive(pid) for pid in pids] == [False, False]
    system.destroy()
    assert not folder.exists()


def test_systems_of_one_name_run_side_by_side() -> None:
    first, second = System("runner-tests-pair", persistent=False), System("runner-tests-pair", persistent=False)
    try:
        first.start_servers()
        second.start_servers()
        assert (first.name, second.name) == ("runner-tests-pair", "runner-tests-pair-2")
        assert first.settings()["DATABASE_URL"] != second.settings()["DATABASE_URL"]
        assert first.settings()["REDIS_URL"] != second.settings()["REDIS_URL"]
    finally:
        first.destroy()
        second.destroy()


def test_half_a_cluster_is_made_anew() -> None:
    home = data_home("runner-tests-half")
    fresh = home / "postgres.new"
    fresh.mkdir(exist_ok=True)
    (fresh / "PG_VERSION").write_text("15\n")
    postgres = Postgres(home / "postgres", ports.pick(), durable=False)
    try:
        postgres.init()
        postgres.start()
        assert postgres.has_database("postgres")
    finally:
        postgres.stop()
        System("runner-tests-half", persistent=False).destroy()
    assert not (LOCAL / "runner-tests-half").exists()
    assert not outside_home("runner-tests-half").exists()
