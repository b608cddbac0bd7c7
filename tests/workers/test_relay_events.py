"""The relay's way with events, on real PostgreSQL and Redis: in order, none lost while somebody may still want it."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import redis
from sqlalchemy import insert, text

from app.config import Settings
from app.core import db
from app.core.models import OutboxRow
from app.core.outbox import event_row
from app.realtime.emitter import Emitter, channel
from tests.workers.rows import count
from workers.relay import connections
from workers.relay.events import BATCH, LOCK, EventPump


class Listener:
    """A realtime process as Redis sees it."""

    def __init__(self, settings: Settings) -> None:
        self._pubsub: Any = redis.Redis.from_url(settings.redis_url).pubsub()  # type: ignore[no-untyped-call]
        self._pubsub.subscribe(channel(settings.redis_prefix))
        assert self._pubsub.get_message(timeout=2)["type"] == "subscribe"

    def heard(self) -> list[dict[str, Any]]:
        """All messages so far."""
        found = []
        while (message := self._pubsub.get_message(timeout=0.2)) is not None:
            found.append(json.loads(message["data"]))
        return found

    def close(self) -> None:
        self._pubsub.close()


@pytest.fixture
def settings(application: object, with_settings: Callable[..., Settings]) -> Settings:
    return with_settings(redis_prefix=f"test:{uuid.uuid4().hex}:")


@pytest.fixture
def listener(settings: Settings) -> Iterator[Listener]:
    found = Listener(settings)
    yield found
    found.close()


@pytest.fixture
def work(settings: Settings) -> Iterator[psycopg.Connection]:
    with connections.opened(settings) as both:
        yield both.work


@pytest.fixture
def pump(settings: Settings) -> EventPump:
    return EventPump(Emitter(settings.redis_url, settings.redis_prefix))


def announce(first: int, last: int) -> None:
    """Events of one hotel with these numbers."""
    rows = [event_row("new_booking", "hotel:1", {"seq": seq}) for seq in range(first, last + 1)]
    with db.transaction() as session:
        session.execute(insert(OutboxRow).values(rows))


def grow_old(seconds: int) -> None:
    with db.transaction() as session:
        session.execute(text(f"UPDATE outbox SET created_at = created_at - interval '{seconds} s'"))


def numbers(heard: list[dict[str, Any]]) -> list[int]:
    return [message["data"][0]["seq"] for message in heard]


def test_an_event_reaches_its_room_as_socketio_says_it(
    pump: EventPump, work: psycopg.Connection, listener: Listener
) -> None:
    announce(1, 1)
    assert not pump.move(work)
    (message,) = listener.heard()
    said = {name: message[name] for name in ("method", "event", "data", "namespace", "room", "binary")}
    assert said == {
        "method": "emit",
        "event": "new_booking",
        "data": [{"seq": 1}],
        "namespace": "/",
        "room": "hotel:1",
        "binary": False,
    }
    assert count() == 0


def test_many_events_come_in_order_without_gaps(pump: EventPump, work: psycopg.Connection, listener: Listener) -> None:
    announce(1, 2 * BATCH + 50)
    assert [pump.move(work) for _ in range(3)] == [True, True, False]
    assert numbers(listener.heard()) == list(range(1, 2 * BATCH + 51))
    assert count() == 0


def test_what_nobody_hears_is_kept_for_a_minute_and_then_dropped(pump: EventPump, work: psycopg.Connection) -> None:
    announce(1, 3)
    assert not pump.move(work)
    assert count() == 3
    grow_old(55)
    pump.move(work)
    assert count() == 3
    grow_old(6)
    pump.move(work)
    assert count() == 0


def test_the_old_is_dropped_and_the_young_is_told(
    pump: EventPump, work: psycopg.Connection, listener: Listener
) -> None:
    announce(1, 2)
    grow_old(61)
    announce(3, 4)
    pump.move(work)
    assert numbers(listener.heard()) == [3, 4]
    assert count() == 0


def test_what_was_kept_is_told_once_somebody_listens(
    pump: EventPump, work: psycopg.Connection, settings: Settings
) -> None:
    announce(1, 3)
    pump.move(work)
    late = Listener(settings)
    announce(4, 4)
    pump.move(work)
    assert numbers(late.heard()) == [1, 2, 3, 4]
    late.close()


def test_the_batch_stops_where_the_telling_fails(
    pump: EventPump, work: psycopg.Connection, listener: Listener, settings: Settings
) -> None:
    announce(1, 3)
    tell, told = pump._emitter.tell, iter((True, False, True))

    def failing(room: str, name: str, payload: dict[str, Any]) -> None:
        if not next(told):
            pump._emitter.channel = "nobody-listens-here"
        tell(room, name, payload)

    pump._emitter.tell = failing
    pump.move(work)
    assert numbers(listener.heard()) == [1]
    assert count() == 2


def test_without_redis_everything_is_kept(work: psycopg.Connection, settings: Settings) -> None:
    announce(1, 3)
    assert not EventPump(Emitter("redis://127.0.0.1:1/0", settings.redis_prefix)).move(work)
    assert count() == 3


def test_while_one_relay_tells_another_waits(
    pump: EventPump, work: psycopg.Connection, listener: Listener, settings: Settings
) -> None:
    announce(1, 3)
    with connections.opened(settings) as theirs, theirs.work.transaction():
        theirs.work.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        assert not pump.move(work)
        assert listener.heard() == []
    pump.move(work)
    assert numbers(listener.heard()) == [1, 2, 3]


def test_a_frozen_relay_loses_its_turn_after_five_seconds(settings: Settings) -> None:
    with connections.opened(settings) as frozen:
        assert frozen.work.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("5s",)
        assert frozen.work.execute("SHOW synchronous_commit").fetchone() == ("off",)
