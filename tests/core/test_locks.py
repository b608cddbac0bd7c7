"""Room locks: all nights or none, given back by their owner alone, and no obstacle when Redis is away."""

import os
import threading
import time
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
import redis

from app.core import locks, redis_client
from app.core.columns import new_id

Keys = Callable[[], dict[str, int]]
FIRST, LAST = date(2027, 2, 27), date(2027, 3, 2)
pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def rooms() -> list[UUID]:
    return [new_id() for _ in range(2)]


def taken_by(booking_id: UUID, keys: Keys) -> int:
    with redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True) as client:
        return [client.get(key) for key in keys()].count(str(booking_id))


def test_one_key_a_room_and_night(rooms: list[UUID], redis_keys: Keys) -> None:
    booking = new_id()
    assert locks.take(rooms, FIRST, LAST, booking, 900)
    nights = ("2027-02-27", "2027-02-28", "2027-03-01")
    wanted = {redis_client.key(f"room_lock:{room}:{night}") for room in rooms for night in nights}
    assert redis_keys().keys() == wanted
    assert all(899_000 < left <= 900_000 for left in redis_keys().values())


def test_all_nights_of_all_rooms_or_none(rooms: list[UUID], redis_keys: Keys) -> None:
    mine, other = new_id(), new_id()
    assert locks.take(rooms[1:], date(2027, 3, 1), LAST, other, 900)
    assert not locks.take(rooms, FIRST, LAST, mine, 900)
    assert (len(redis_keys()), taken_by(other, redis_keys)) == (1, 1)
    assert locks.take(rooms, FIRST, date(2027, 3, 1), mine, 900)  # the day of departure is free
    assert taken_by(mine, redis_keys) == 4


def test_the_owner_extends_them(rooms: list[UUID], redis_keys: Keys) -> None:
    booking = new_id()
    locks.take(rooms, FIRST, LAST, booking, 2)
    assert locks.take(rooms[::-1], FIRST, LAST, booking, 900)
    assert {left > 890_000 for left in redis_keys().values()} == {True}


def test_the_owner_alone_gives_them_back(rooms: list[UUID], redis_keys: Keys) -> None:
    mine, other = new_id(), new_id()
    locks.take(rooms, FIRST, LAST, mine, 900)
    locks.give_back(rooms, FIRST, LAST, other)
    assert taken_by(mine, redis_keys) == 6
    locks.give_back(rooms[:1], FIRST, LAST, mine)
    assert taken_by(mine, redis_keys) == 3
    locks.give_back(rooms, FIRST, LAST, mine)
    assert redis_keys() == {}


def test_they_end_by_themselves(rooms: list[UUID], redis_keys: Keys) -> None:
    locks.take(rooms, FIRST, LAST, new_id(), 0.05)
    time.sleep(0.1)
    assert redis_keys() == {}
    assert locks.take(rooms, FIRST, LAST, new_id(), -5)  # a hold that is over already: for a moment
    time.sleep(0.05)
    assert redis_keys() == {}


def test_twenty_at_once_have_one_winner(rooms: list[UUID], redis_keys: Keys) -> None:
    at_once, won = threading.Barrier(20), list[bool]()

    def take() -> None:
        at_once.wait(10)
        won.append(locks.take(rooms, FIRST, LAST, new_id(), 900))

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (won.count(True), won.count(False), len(redis_keys())) == (1, 19, 6)


def test_without_redis_everything_seems_free(rooms: list[UUID]) -> None:
    redis_client.connect("redis://127.0.0.1:1/0", "test:")
    assert locks.take(rooms, FIRST, LAST, new_id(), 900)
    assert locks.take(rooms, FIRST, LAST, new_id(), 900)
    locks.give_back(rooms, FIRST, LAST, new_id())
