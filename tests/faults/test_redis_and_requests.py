"""Cases 18 and 73 where a request meets Redis itself: room locks and kept answers, with a Redis of one's own to break."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import rate_limit, redis_client
from app.core.rate_limit import Counter
from demo.story.stage import until
from runner.redis_server import RedisServer
from tests import factories
from tests.api import Api, new_key
from tests.faults.refusals import REFUSALS, Refusal, refusing
from tests.realtime.processes import free_port
from tests.search.asking import found, search

LONGEST = 3.0


@pytest.fixture
def own_redis(application: object, tmp_path: Path) -> Iterator[RedisServer]:
    """The request path's Redis for this test."""
    server = RedisServer(tmp_path / "redis", free_port(), persistent=False)
    server.start()
    redis_client.connect(server.url(), f"own:{uuid.uuid4().hex}:")  # limits that others counted are not told here
    yield server
    server.stop()


@pytest.fixture
def place(own_redis: RedisServer, with_settings: Callable[..., Any]) -> factories.HotelForTests:
    """A hotel, where answers are kept for ten seconds."""
    with_settings(search_cache_seconds=10)
    return factories.hotel(name="Near")


def test_the_control_both_leave_keys_in_a_redis_that_is_well(
    own_redis: RedisServer, api: Api, place: factories.HotelForTests
) -> None:
    _search_and_book(api, place)
    assert len(own_redis.client().keys(redis_client.key("room_lock:*"))) == 2
    assert len(own_redis.client().keys(redis_client.key("search:*"))) == 1
    until(
        "limits to be settled", lambda: len(own_redis.client().keys(redis_client.key("rate:*"))) == 3
    )  # searched, logged in, booked


@pytest.mark.parametrize("refusal", REFUSALS)
def test_case_73_a_redis_that_takes_nothing_hinders_nobody(
    own_redis: RedisServer, api: Api, place: factories.HotelForTests, refusal: Refusal
) -> None:
    with refusing(own_redis, refusal):
        _search_and_book(api, place)
        assert own_redis.client().keys(redis_client.key("*")) == []


def test_case_18_a_frozen_redis_costs_each_step_a_moment(
    own_redis: RedisServer, api: Api, place: factories.HotelForTests
) -> None:
    own_redis.freeze()
    assert max(_search_and_book(api, place)) < LONGEST
    assert not own_redis.answers()
    own_redis.thaw()


@pytest.mark.parametrize("fault", [RedisServer.freeze, RedisServer.kill])
def test_case_60_without_redis_limits_hold_and_cost_no_waiting(
    own_redis: RedisServer,
    application: Flask,
    with_settings: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[RedisServer], None],
) -> None:
    """Counted is in memory, and Redis is told and asked by somebody else: no request waits for it, whatever befell it."""
    counter = Counter()
    monkeypatch.setattr(rate_limit, "_counter", counter)
    with_settings(rate_limit_read="40/hour", rate_limit_people_per_address=1, web_processes=2)
    client = application.test_client()
    assert client.get("/api/v1/hotels").headers["RateLimit"].startswith('"read";r=39;')
    fault(own_redis)
    began = time.monotonic()
    told = [client.get("/api/v1/hotels").status_code for _ in range(10)]
    assert (set(told), time.monotonic() - began < 10 * redis_client.TIMEOUT / 3) == ({200}, True)
    until("it to be known", lambda: counter.is_alone)
    told = [client.get("/api/v1/hotels").status_code for _ in range(30)]
    assert told == [200] * 9 + [429] * 21  # twenty in all: this process's half


def _search_and_book(api: Api, place: factories.HotelForTests) -> list[float]:
    """Searches twice, books, starts to pay; seconds for each."""
    guest = api.as_(factories.person())
    clock = [time.monotonic()]

    def tick() -> None:
        clock.append(time.monotonic())

    for _ in range(2):
        assert found(search(api)) == ["Near"]
        tick()
    booked = guest.post("/bookings", factories.booking_request(place), key=new_key())
    assert booked.status_code == 201
    tick()
    assert guest.post(f"/bookings/{booked.json['id']}/payments", {}, key=new_key()).status_code == 201
    tick()
    return [after - before for before, after in itertools.pairwise(clock)]
