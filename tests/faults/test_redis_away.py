"""Cases 15, 16 and 19: Redis dies under a job, blinks while a hold ends, is not there when everything starts."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import requests

from demo.story.people import Person, Socket
from demo.story.stage import until
from tests.faults.crowd import the_very_room
from tests.faults.gates import Gate, closed
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import BOOT_PATIENCE, Running, Stay
from tests.faults.screen import Screen

pytestmark = pytest.mark.timeout(300)

SECONDS_DEAD = 4.0
BLINK = 0.1
ENDS_IN = 2.0
BACK_WITHIN = 5.0
TOLD_WITHIN = 6.0
# kombu's own pauses would be half a minute by then.
SECONDS_AWAY_AT_START = 40.0
SLACK = 3
PROGRAMS = ("beat", "worker-ticks", "worker-bulk", "worker-critical", "relay", "realtime", "web")

log = logging.getLogger(__name__)


@pytest.mark.slow
def test_case_15_redis_is_dead_for_four_seconds_under_a_job(running: Running) -> None:
    with running.screen() as screen:
        stay = running.book_and_start()
        with closed(Gate.CONFIRM, running.look) as window:
            running.pay(stay)
            window.wait_for_one()
            died = time.monotonic()
            running.kill("redis")
            assert running.status(stay) == "pending_payment"
            time.sleep(max(0.0, died + SECONDS_DEAD - time.monotonic()))
        running.back("redis", set())
        back = time.monotonic()
        next_one = running.book(plan="pay_at_hotel")
        until("the worker to take another job", lambda: running.mails(next_one.email, next_one), SLACK * BACK_WITHIN)
        log.info("a job was done %.1f s after Redis was back", time.monotonic() - back)
        until("the booking to be confirmed", lambda: running.status(stay) == "confirmed")
        running.come_to_rest()
        assert_confirmed_once(running, screen, stay)


def test_case_16_redis_blinks_while_a_hold_ends(running: Running) -> None:
    guest, other = Person.registered(running.stage), Person.registered(running.stage)
    with running.screen() as screen, closing(Socket(guest)) as phone:
        stay = running.book(guest)
        running.lapse(stay, ENDS_IN)
        assert other.post("/bookings", the_very_room(stay)).status_code == 409
        running.kill("redis")
        time.sleep(BLINK)
        running.back("redis", set())
        taken = _book_as_soon_as_it_is_free(running, other, stay)
        ended = time.monotonic()
        until("the hold to expire", lambda: running.status(stay) == "expired", SLACK * TOLD_WITHIN)
        until("its guest to know", lambda: phone.all("lock_expired", booking_id=stay.id), SLACK * TOLD_WITHIN)
        until("the hotel to know", lambda: _freed_then_locked(screen, taken), SLACK * TOLD_WITHIN)
        log.info("status and events came %.1f s after the hold had ended", time.monotonic() - ended)


def _book_as_soon_as_it_is_free(running: Running, other: Person, stay: Stay) -> dict[str, Any]:
    """Asks again and again; refused while the hold lives, and the first time after its end it is his."""
    request = the_very_room(stay)
    while True:
        asked_at = running.value("SELECT clock_timestamp() AS now")
        answer = other.post("/bookings", request)
        ends_at = running.value("SELECT release_at FROM bookings WHERE id = %s", stay.id)
        if answer.status_code == 201:
            assert running.value("SELECT clock_timestamp() AS now") >= ends_at
            return dict(answer.json())
        assert (answer.status_code, answer.json()["code"]) == (409, "room_taken")
        assert asked_at < ends_at


def _freed_then_locked(screen: Screen, taken: dict[str, Any]) -> bool:
    """What the hotel is told of the room: locked for the first guest, free, locked for the second."""
    days = {name: taken[name] for name in ("check_in", "check_out")}
    facts = {"room_id": taken["rooms"][0]["room_id"], **days}
    told = [(seq, "locked") for seq in screen.named("room_status_changed", status="locked", **facts)]
    told += [(seq, "available") for seq in screen.named("room_status_changed", status="available", **facts)]
    return [status for _, status in sorted(told)] == ["locked", "available", "locked"]


@contextmanager
def started_without_redis(running: Running) -> Iterator[None]:
    """All programs are started while Redis is away; it comes at the end of the block."""
    for name in PROGRAMS:
        running.system.stop_process(name)
    running.kill("redis")
    try:
        for name in reversed(PROGRAMS):
            running.system.start_process(name)
        until("web to answer", lambda: _ready(running.stage.api.removesuffix("/api/v1")), BOOT_PATIENCE)
        until("realtime to answer", lambda: _ready(running.stage.realtime), BOOT_PATIENCE)
        yield
    finally:
        running.back("redis", set())


def _ready(url: str) -> dict[str, Any] | None:
    try:
        answer = requests.get(f"{url}/readyz", timeout=5)
    except requests.RequestException:
        return None
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert found.items() >= {"status": "degraded", "database": "up", "redis": "away"}.items()
    return found


@pytest.mark.slow
def test_case_19_everything_starts_without_redis(running: Running) -> None:
    began = time.monotonic()
    with started_without_redis(running), running.screen() as screen:
        stay, left = running.book_and_start(), running.book()
        running.pay(stay)
        at_hotel = running.book(plan="pay_at_hotel")
        running.lapse(left, 0)
        pids = {name: running.system.pid(name) for name in PROGRAMS}
        time.sleep(max(0.0, began + SECONDS_AWAY_AT_START - time.monotonic()))
        assert [running.status(one) for one in (stay, left)] == ["pending_payment"] * 2
        assert screen.told == {}
        running.back("redis", set())
        back = time.monotonic()
        until("the payment to count", lambda: running.status(stay) == "confirmed", SLACK * BACK_WITHIN)
        until("the hold to expire", lambda: running.status(left) == "expired", SLACK * BACK_WITHIN)
        until("the mail", lambda: running.mails(at_hotel.email, at_hotel), SLACK * BACK_WITHIN)
        log.info("all was done %.1f s after Redis had come", time.monotonic() - back)
        assert {name: running.system.pid(name) for name in PROGRAMS} == pids
        running.come_to_rest()
        assert_confirmed_once(running, screen, stay)
