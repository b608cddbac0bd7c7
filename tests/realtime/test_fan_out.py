"""What another process publishes in Redis arrives, also after Redis was away."""

import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.announce import HotelEvent, announce
from app.core.db import transaction
from app.realtime.emitter import Emitter, NotTakenError
from app.realtime.rooms import hotel_room
from tests.conftest import REDIS_URL
from tests.factories import hotel, member
from tests.realtime.clients import TRANSPORTS, dashboard, log_in
from tests.realtime.conftest import Staffed
from tests.realtime.processes import OwnRedis, Realtime, running, wait_until


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_event_arrives_once_and_in_order(
    realtime: Realtime, emitter: Emitter, staffed: Staffed, transport: str
) -> None:
    with dashboard(realtime, staffed.token, transport) as screen:
        assert screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})["ok"] is True
        for seq in range(1, 101):
            emitter.tell(hotel_room(staffed.hotel.id), "new_booking", {"seq": seq})
        assert [payload["seq"] for payload in screen.await_event("new_booking", 100)] == list(range(1, 101))


def test_the_process_listens_before_anybody_connects(realtime: Realtime) -> None:
    Emitter(REDIS_URL, realtime.prefix).tell("hotel:nobody", "new_booking", {})
    with pytest.raises(NotTakenError):
        Emitter(REDIS_URL, f"{realtime.prefix}other:").tell("hotel:nobody", "new_booking", {})


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    yield server
    server.kill()


def test_after_a_restart_of_redis_it_listens_again_and_tells_the_numbers(
    emptied: None, application: object, own_redis: OwnRedis, tmp_path: Path
) -> None:
    place, prefix = hotel(), f"test:{uuid.uuid4().hex}:"
    token = log_in(member(place.id)).tokens.access_token
    with (
        running(tmp_path / "realtime.log", prefix, REDIS_URL=own_redis.url) as realtime,
        dashboard(realtime, token) as screen,
    ):
        assert screen.ask("join_hotel", {"hotel_id": str(place.id)})["seq"] == 0
        own_redis.kill()
        wait_until(lambda: len(realtime.lines("fan_out_deaf")) >= 6)
        with transaction() as session:
            announce(session, HotelEvent(place.id, "new_booking", {}))
        own_redis.start()
        assert wait_until(lambda: len(realtime.lines("fan_out_listening")) == 2) < 1.5
        assert screen.await_event("hotel_seq") == [{"hotel_id": str(place.id), "seq": 1}]
        Emitter(own_redis.url, prefix).tell(hotel_room(place.id), "new_booking", {"seq": 1})
        assert screen.await_event("new_booking") == [{"seq": 1}]
        assert not screen.ended.is_set()


def test_a_redis_that_answers_nothing_is_noticed_and_listened_to_again(
    emptied: None, application: object, own_redis: OwnRedis, tmp_path: Path
) -> None:
    with running(tmp_path / "realtime.log", f"test:{uuid.uuid4().hex}:", REDIS_URL=own_redis.url) as realtime:
        own_redis.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: realtime.lines("fan_out_deaf"), 15)
        own_redis.process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(realtime.lines("fan_out_listening")) == 2, 5)
        Emitter(own_redis.url, realtime.prefix).tell("hotel:nobody", "new_booking", {})
