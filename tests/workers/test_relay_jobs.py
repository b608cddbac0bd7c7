"""The relay's way with jobs, on real PostgreSQL and Redis: what is due goes out, in order, in short queues, and nothing is lost."""

import json
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import redis

from app.config import Settings
from app.core import db
from app.core.jobs import Queue
from app.core.outbox import enqueue_many
from tests.workers.jobs_for_tests import NOTE, NOTE_IN_BULK
from tests.workers.rows import change, living, promise
from workers.relay import connections
from workers.relay.broker import AwayError, Broker
from workers.relay.jobs import DEPTH, LEAST, MOST_TICKS, JobPump


@pytest.fixture
def settings(application: object, with_settings: Callable[..., Settings]) -> Settings:
    return with_settings(redis_prefix=f"test:{uuid.uuid4().hex}:")


@pytest.fixture
def queues(settings: Settings) -> Iterator[Any]:
    """Redis, where each queue is a list under our prefix, the oldest message last."""
    client = redis.Redis.from_url(settings.redis_url)
    yield client
    for key in client.scan_iter(f"{settings.redis_prefix}*"):
        client.delete(key)


@pytest.fixture
def work(settings: Settings) -> Iterator[psycopg.Connection]:
    with connections.opened(settings) as both:
        yield both.work


@pytest.fixture
def pump(settings: Settings) -> Iterator[JobPump]:
    broker = Broker(settings)
    yield JobPump(broker)
    broker.close()


def messages(queues: Any, settings: Settings, queue: str) -> list[dict[str, Any]]:
    """The queue's messages, the one that is read next first."""
    raw: list[bytes] = queues.lrange(settings.redis_prefix + queue, 0, -1)
    return [json.loads(message) for message in reversed(raw)]


def ordered(queues: Any, settings: Settings, queue: str) -> list[int]:
    """The rows that the queue's messages name."""
    bodies = [json.loads(b64decode(message["body"])) for message in messages(queues, settings, queue)]
    return [row_id for (row_id,), _, _ in bodies]


def promise_many(count: int) -> None:
    with db.transaction() as session:
        enqueue_many(session, NOTE_IN_BULK, [{"word": str(number)} for number in range(count)])


def test_a_due_job_becomes_one_message_with_its_number_name_and_limit(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    row_id = promise(NOTE, word="secret")
    assert not pump.move(work)
    (message,) = messages(queues, settings, "critical")
    assert json.loads(b64decode(message["body"]))[:2] == [[row_id], {}]
    assert message["headers"]["task"] == "tests.note"
    assert message["headers"]["timelimit"] == [5, None]
    assert message["headers"]["eta"] is None
    assert 4 < living(row_id)["sent_for"] <= 5


def test_a_sent_job_is_not_sent_again_before_five_seconds_are_over(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    row_id = promise(NOTE, word="a")
    pump.move(work)
    pump.move(work)
    assert ordered(queues, settings, "critical") == [row_id]
    change(row_id, "sent_until = clock_timestamp()")
    pump.move(work)
    assert ordered(queues, settings, "critical") == [row_id, row_id]


@pytest.mark.parametrize(
    "state",
    [
        "due_at = clock_timestamp() + interval '1 s'",
        "run_until = clock_timestamp() + interval '1 s'",
        "dead_at = clock_timestamp()",
        "kind = 'event'",
    ],
)
def test_what_is_not_due_stays(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings, state: str
) -> None:
    change(promise(NOTE, word="a"), state)
    pump.move(work)
    assert ordered(queues, settings, "critical") == []


def test_a_queue_is_kept_short_and_what_is_urgent_does_not_wait_behind_it(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    promise_many(100)
    urgent = promise(NOTE, word="now")
    assert pump.move(work)
    assert pump.move(work)
    assert len(ordered(queues, settings, "bulk")) == DEPTH
    assert ordered(queues, settings, "critical") == [urgent]


def test_room_in_a_queue_is_filled_with_what_was_due_first(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    promise_many(40)
    pump.move(work)
    first = ordered(queues, settings, "bulk")
    queues.rpop(settings.redis_prefix + "bulk", LEAST)
    pump.move(work)
    assert ordered(queues, settings, "bulk") == list(range(first[LEAST], first[-1] + LEAST + 1))


def test_a_queue_that_is_nearly_full_is_left_alone_and_looked_at_again_soon(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    promise_many(40)
    pump.move(work)
    queues.rpop(settings.redis_prefix + "bulk", LEAST - 1)
    assert pump.move(work)
    assert len(ordered(queues, settings, "bulk")) == DEPTH - LEAST + 1


def test_when_redis_is_away_nothing_is_claimed(work: psycopg.Connection, settings: Settings) -> None:
    row_id = promise(NOTE, word="a")
    away = Broker(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    with pytest.raises(AwayError):
        JobPump(away).move(work)
    assert living(row_id)["sent_until"] is None


def test_what_redis_did_not_take_may_go_again_at_once(
    work: psycopg.Connection, settings: Settings, queues: Any, pump: JobPump
) -> None:
    """Redis answers how long the queues are and goes away before the messages come."""
    rows = [promise(NOTE, word=word) for word in "abc"]
    going = Broker(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    going.depths = lambda queues: [0] * len(queues)
    with pytest.raises(AwayError):
        JobPump(going).move(work)
    assert [living(row_id)["sent_until"] for row_id in rows] == [None, None, None]
    pump.move(work)
    assert ordered(queues, settings, "critical") == rows


def test_who_used_up_his_runs_and_is_not_running_is_buried(pump: JobPump, work: psycopg.Connection) -> None:
    dead, running, hopeful = (promise(NOTE, word=word) for word in "abc")
    change(dead, "attempts = 5, run_until = clock_timestamp()")
    change(running, "attempts = 5, run_until = clock_timestamp() + interval '1 s'")
    change(hopeful, "attempts = 4, run_until = clock_timestamp()")
    pump.move(work)
    assert living(dead)["dead_at"] is not None
    assert living(dead)["last_error"] == "Killed: every run ended without a word"
    assert [living(row_id)["dead_at"] for row_id in (running, hopeful)] == [None, None]


def test_two_relays_send_a_job_once(pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings) -> None:
    row_id = promise(NOTE, word="a")
    other = JobPump(Broker(settings))
    with connections.opened(settings) as theirs:
        pump.move(work)
        other.move(theirs.work)
    assert ordered(queues, settings, "critical") == [row_id]


def test_ticks_that_nobody_reads_do_not_pile_up(
    pump: JobPump, work: psycopg.Connection, queues: Any, settings: Settings
) -> None:
    key = settings.redis_prefix + Queue.TICKS
    for number in range(300):
        queues.lpush(key, number)
    pump.move(work)
    assert [int(tick) for tick in queues.lrange(key, 0, -1)] == list(range(299, 299 - MOST_TICKS, -1))
