"""From the webhook's 200 to the hotel's dashboard, one payment at a time; Redis alone between two clients beside it."""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis

from bench.event_ears import Crowd, Dashboard, Subscriber
from bench.event_world import World
from bench.rounds import percentile, say, side_by_side

PAYMENTS = 25
PUBLISHES = 200
CHANNEL = "bench"
PAYLOAD = json.dumps({"like": "an event of ours", "filler": "x" * 300})


@dataclass(frozen=True)
class Waits:
    """Milliseconds until each was heard; said in short."""

    each: list[float]
    after_commit: tuple[float, ...] = ()

    def __str__(self) -> str:
        return f"p50 {percentile(self.each, 0.5):.2f} ms, p99 {percentile(self.each, 0.99):.2f} ms"


def play(world: World) -> dict[str, Any]:
    """p50 and p99 over all rounds."""
    say("event: from the webhook's 200 to the dashboard, and from publish to subscriber")
    with _dashboard(world) as screen, _subscriber(world) as ear:
        for_redis = redis.Redis.from_url(world.settings.redis_url)
        _pay(world, screen, 3)
        contenders: dict[str, Callable[[], Waits]] = {
            "payment": lambda: _pay(world, screen, PAYMENTS),
            "redis": lambda: _publish(for_redis, ear),
        }
        played = side_by_side(contenders)
    ours = [wait for waits in played["payment"] for wait in waits.each]
    bare = [wait for waits in played["redis"] for wait in waits.each]
    committed = [wait for waits in played["payment"] for wait in waits.after_commit]
    return {
        "payments": len(ours),
        **_percentiles("", ours),
        **_percentiles("commit_to_event_", committed),
        **_percentiles("redis_", bare),
        **_runs(world),
    }


def _pay(world: World, screen: Crowd, count: int) -> Waits:
    each, after_commit = [], []
    for _ in range(count):
        paid = world.paid_unheard()
        # Nothing of it is left to do then; and not in step with the relay's own looks, nor with beat's.
        time.sleep(random.uniform(0.2, 0.5))
        screen.rest()
        answered = world.tell(paid)
        heard, numbered = _told(screen, paid.booking_id)
        each.append((heard - answered) * 1000)
        after_commit.append((heard - numbered) * 1000)
    return Waits(each, tuple(after_commit))


def _told(screen: Crowd, booking_id: str) -> tuple[float, float]:
    """When the dashboard heard of the booking, and when the event was numbered: its transaction's last statement."""
    came, heard = screen.listen(b'["new_booking",', booking_id.encode())
    stamp = came.partition(b'"timestamp":"')[2].partition(b'"')[0].decode()
    return heard, datetime.fromisoformat(stamp).timestamp()


def _publish(client: redis.Redis, ear: Crowd) -> Waits:
    each = []
    for _ in range(PUBLISHES):
        word = uuid.uuid4().hex
        began = time.time()
        client.publish(CHANNEL, PAYLOAD + word)
        (heard,) = ear.hear(word.encode())
        each.append((heard - began) * 1000)
    return Waits(each)


def _percentiles(name: str, each: list[float]) -> dict[str, float]:
    return {f"{name}p{share:.0f}_ms": round(percentile(each, share / 100), 2) for share in (50, 99)}


def _runs(world: World) -> dict[str, float]:
    """How long the two jobs on the way run; the rest is waiting and handing over."""
    return {
        **_percentiles("verify_run_", ran(world, "payments.verify")),
        **_percentiles("confirm_run_", ran(world, "payments.confirm_paid")),
    }


def ran(world: World, job: str) -> list[float]:
    """Milliseconds of each run, from the worker's log."""
    return [line["ms"] for line in runs_of(world, job)]


def runs_of(world: World, job: str) -> list[dict[str, Any]]:
    """The worker's lines about runs of the job that are over."""
    lines = (world.system.log_dir / "worker-critical.log").read_text().splitlines()
    told = [json.loads(line) for line in lines if '"job_run"' in line and line.startswith("{")]
    return [line for line in told if line["job"] == job]


@contextmanager
def _dashboard(world: World) -> Iterator[Crowd]:
    screen = Crowd([Dashboard(world.stage.realtime, world.admin.token, world.hotel.id)])
    try:
        yield screen
    finally:
        screen.close()


@contextmanager
def _subscriber(world: World) -> Iterator[Crowd]:
    ear = Crowd([Subscriber(world.settings.redis_url, CHANNEL)])
    try:
        yield ear
    finally:
        ear.close()
