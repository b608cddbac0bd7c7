"""Time passes while those who look at the clock are away, or look four at a time: cases 23 and 45."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from celery import Celery

from demo.story.people import Person, Socket
from demo.story.stage import expect_status, until
from tests.faults.crowd import the_very_room
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import BOOT_PATIENCE, PREFIX, SETTINGS, Running, Stay

pytestmark = pytest.mark.timeout(240)

SWEEPERS = 4
# Three seconds are enough where nobody else works.
CATCH_UP = 15.0
WARNING = int(SETTINGS["HOLD_WARNING_SECONDS"])

log = logging.getLogger(__name__)


@contextmanager
def without_beat(running: Running) -> Iterator[None]:
    """Nobody orders a look; what was ordered before has been done when the block begins."""
    running.system.stop_process("beat")
    try:
        until("the last ticks to be done", lambda: running.queued("ticks") == 0)
        yield
    finally:
        running.system.start_process("beat")


@pytest.mark.slow
def test_case_23_beat_is_dead_for_ten_minutes(running: Running) -> None:
    guest, other = Person.registered(running.stage), Person.registered(running.stage)
    with running.screen() as screen, closing(Socket(guest)) as phone:
        lapsed, warned = [running.book(guest) for _ in range(2)], running.book(guest)
        paid = running.book_and_start(guest)
        with without_beat(running):
            for stay in lapsed:
                running.lapse(stay, -600)
            running.pay_unheard(paid)
            _mature(running, paid)
            assert [running.status(stay) for stay in (*lapsed, paid)] == ["pending_payment"] * 3
            taken_over = other.book(the_very_room(lapsed[0]))
            assert taken_over["rooms"][0]["room_id"] == lapsed[0].booking["rooms"][0]["room_id"]
            assert running.status(lapsed[0]) == "pending_payment"
        with running.frozen("worker-ticks"):
            until("beat to tick again", lambda: running.queued("ticks") > 0, BOOT_PATIENCE)
            running.lapse(warned, WARNING - 1)
        _assert_catches_up(running, phone, lapsed, warned)
        until("the payment to count", lambda: running.status(paid) == "confirmed")
        running.come_to_rest()
        assert_confirmed_once(running, screen, paid)
    assert other.booking(taken_over["id"])["actions"] == ["pay", "cancel"]


def _mature(running: Running, stay: Stay) -> None:
    """The first look after a payment nobody told us about is due."""
    running.look.execute("UPDATE payments SET next_check_at = clock_timestamp() WHERE booking_id = %s", [stay.id])


def _assert_catches_up(running: Running, phone: Socket, lapsed: list[Stay], warned: Stay) -> None:
    """Each hold expires once and is told of once; who can still pay is warned once."""
    began = time.monotonic()
    until("the warning", lambda: phone.all("lock_expiring", booking_id=warned.id), CATCH_UP)
    until("the holds to expire", lambda: all(running.status(stay) == "expired" for stay in lapsed), CATCH_UP)
    until("their guest to know", lambda: all(phone.all("lock_expired", booking_id=stay.id) for stay in lapsed))
    log.info("caught up %.1f s after beat's first tick", time.monotonic() - began)
    for stay in lapsed:
        assert len(phone.all("lock_expired", booking_id=stay.id)) == 1
        assert phone.all("lock_expiring", booking_id=stay.id) == []
    assert len(phone.all("lock_expiring", booking_id=warned.id)) == 1


def test_case_45_four_sweepers_warn_once_a_period_and_nobody_who_has_paid(running: Running) -> None:
    guest = Person.registered(running.stage)
    with running.screen() as screen, closing(Socket(guest)) as phone:
        left, renewed, paid = running.book(guest), running.book(guest), running.book_and_start(guest)
        with without_beat(running):
            _pay_just_before_the_warning(running, paid)
            for stay in (left, renewed):
                running.lapse(stay, WARNING - 1)
            _everybody_sweeps(running)
            until("both warnings", lambda: [len(_warnings(phone, stay)) for stay in (left, renewed)] == [1, 1])
            expect_status(guest.post(f"/bookings/{renewed.id}/payments"), 201)
            _everybody_sweeps(running)
            running.lapse(renewed, WARNING - 1)
            _everybody_sweeps(running)
            until("the second warning", lambda: len(_warnings(phone, renewed)) > 1)
        running.lapse(left, 0)
        until("the hold to expire", lambda: phone.all("lock_expired", booking_id=left.id))
        assert [len(_warnings(phone, stay)) for stay in (left, renewed, paid)] == [1, 2, 0]
        running.come_to_rest()
        assert_confirmed_once(running, screen, paid)


def _pay_just_before_the_warning(running: Running, stay: Stay) -> None:
    """Returns when the time of the warning has come, and the booking is confirmed."""
    running.lapse(stay, WARNING + 1)
    running.pay(stay)
    time.sleep(1)
    until("the payment to count", lambda: running.status(stay) == "confirmed")


def _everybody_sweeps(running: Running) -> None:
    """So many orders at once; all are taken when this returns."""
    with Celery(broker=running.stage.redis_url, set_as_current=False) as orders, ThreadPoolExecutor(SWEEPERS) as hands:
        orders.conf.broker_transport_options = {"global_keyprefix": PREFIX}
        list(hands.map(lambda _: orders.send_task("holds.warn", queue="ticks", ignore_result=True), range(SWEEPERS)))
    until("the orders to be taken", lambda: running.queued("ticks") == 0)


def _warnings(phone: Socket, stay: Stay) -> list[dict[str, Any]]:
    return phone.all("lock_expiring", booking_id=stay.id)


@pytest.mark.slow
def test_case_46_whoever_was_offline_is_warned_when_he_comes_back(running: Running) -> None:
    guest = Person.registered(running.stage)
    stay, distant = running.book(guest), running.book(guest)
    running.lapse(stay, WARNING - 1)
    until("the warning to be sent", lambda: _warned_at(running, stay) is not None)
    until("nobody to have heard it", lambda: running.owed() == [])
    with closing(Socket(guest)) as phone, closing(Socket(Person.registered(running.stage))) as stranger:
        warning = phone.wait("lock_expiring", booking_id=stay.id)
        seen = guest.booking(stay.id)
        assert warning["hold_expires_at"] == seen["hold_expires_at"]
        assert 0 <= warning["seconds"] < WARNING
        assert seen["server_now"] < seen["hold_expires_at"]
        running.lapse(stay, 0)
        phone.wait("lock_expired", booking_id=stay.id)
        assert len(_warnings(phone, stay)) == 1
        assert _warnings(phone, distant) == stranger.all("lock_expiring") == []
    with closing(Socket(guest)) as phone:
        assert phone.join(running.hotel.id) == {"ok": False, "code": "forbidden"}
        assert phone.all("lock_expiring") == []


def _warned_at(running: Running, stay: Stay) -> object:
    return running.value("SELECT warned_at FROM bookings WHERE id = %s", stay.id)
