"""One event to 1,000 dashboards of one realtime process, until the last has it; 1,000 subscribers of Redis beside it."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import redis
from sqlalchemy import text

from app.core import db
from app.core.announce import HotelEvent, announce
from app.realtime.emitter import Emitter
from app.realtime.rooms import hotel_room
from bench.event_ears import Crowd, Dashboard, Subscriber, allow_many_files
from bench.event_world import World
from bench.rounds import median, percentile, say, side_by_side
from demo.story.people import Person

DASHBOARDS = 1000
PER_PERSON = 20
EVENTS = 10
PAUSE = 0.1
CHANNEL = "bench-crowd"
EVENT = "booking_changed"

Waits = list[float]


def play(world: World) -> dict[str, Any]:
    """Medians over all events of all rounds, and the slowest."""
    say(f"event: one to {DASHBOARDS} dashboards, and one message to as many subscribers")
    allow_many_files()
    with _dashboards(world) as screens, _subscribers(world) as ears:
        sources = Sources(world)
        contenders: dict[str, Callable[[], Waits]] = {
            "commit": lambda: _rounds_of(sources.commit, screens, ears),
            "emit": lambda: _rounds_of(sources.emit, screens, ears),
            "redis": lambda: _rounds_of(sources.publish, ears, screens),
        }
        played = side_by_side(contenders)
    figures: dict[str, Any] = {"dashboards": DASHBOARDS}
    for name, prefix in (("commit", "fanout"), ("emit", "emit_fanout"), ("redis", "redis_fanout")):
        each = [wait for waits in played[name] for wait in waits]
        figures |= {
            f"{prefix}_last_ms": round(median(each), 1),
            f"{prefix}_last_p99_ms": round(percentile(each, 0.99), 1),
        }
    return figures


class Sources:
    """Three ways to say a word; each returns when it was said, in seconds of the epoch."""

    def __init__(self, world: World) -> None:
        self._hotel_id = UUID(world.hotel.id)
        self._emitter = Emitter(world.settings.redis_url, world.settings.redis_prefix)
        self._redis = redis.Redis.from_url(world.settings.redis_url)

    def commit(self, word: str) -> float:
        """An event of the hotel, written as all are: from the return of its commit."""
        with db.transaction() as session:
            announce(session, HotelEvent(self._hotel_id, EVENT, self._payload(word)))
        return time.time()

    def emit(self, word: str) -> float:
        """What the relay does with it, without row and relay: from the call."""
        said = time.time()
        self._emitter.tell(hotel_room(self._hotel_id), EVENT, self._payload(word))
        return said

    def publish(self, word: str) -> float:
        """As many bytes as those, to Redis's own subscribers: from the call."""
        said = time.time()
        self._redis.publish(CHANNEL, str(self._payload(word)))
        return said

    def _payload(self, word: str) -> dict[str, str]:
        return {"booking_id": word, "status": "confirmed", "payment_status": "paid", "filler": "x" * 200}


def _rounds_of(say_it: Callable[[str], float], listeners: Crowd, others: Crowd) -> Waits:
    waits = []
    for _ in range(EVENTS):
        time.sleep(PAUSE)
        listeners.rest()
        others.rest()
        word = uuid.uuid4().hex
        said = say_it(word)
        waits.append(round((max(listeners.hear(word.encode())) - said) * 1000, 1))
    return waits


@contextmanager
def _dashboards(world: World) -> Iterator[Crowd]:
    """Of fifty people of the hotel with twenty tabs each; all have joined."""
    crowd = Crowd()
    try:
        for person, _ in itertools.product(_staff(world), range(PER_PERSON)):
            crowd.add(Dashboard(world.stage.realtime, person.token, world.hotel.id))
            crowd.rest()
        yield crowd
    finally:
        crowd.close()


def _staff(world: World) -> list[Person]:
    people = [Person.registered(world.stage, "Staff") for _ in range(DASHBOARDS // PER_PERSON)]
    with db.transaction() as session:
        session.execute(
            text("""
                INSERT INTO hotel_members (hotel_id, user_id, role)
                SELECT :hotel_id, id, 'hotel_staff' FROM users WHERE email = ANY(:emails)
            """),
            {"hotel_id": world.hotel.id, "emails": [person.email for person in people]},
        )
    return people


@contextmanager
def _subscribers(world: World) -> Iterator[Crowd]:
    crowd = Crowd()
    try:
        for _ in range(DASHBOARDS):
            crowd.add(Subscriber(world.settings.redis_url, CHANNEL))
        yield crowd
    finally:
        crowd.close()
