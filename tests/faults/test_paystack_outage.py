"""Case 32: the gateway is away for long. Guests are answered at once, nothing is used up meanwhile, and all of it settles afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.story.people import Person
from demo.story.stage import expect_status, until
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay
from tests.faults.vendor import Vendor, payments_of, renew, wait

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

AWAY_SECONDS = 20.0
HOUR = 3600
AWAY = dict.fromkeys(("initialize", "verify", "refund", "list_refunds", "fetch_refund", "list_transactions"), "500")
# A breaker rests for 30 s, and a job is put off for half its age.
RETURN_PATIENCE = 120.0
AT_ONCE = 2
MOST_STARTS = 40
COSTS = """
SELECT name, attempts, dead_at FROM outbox
WHERE kind = 'job' AND name LIKE 'payments.%%' AND run_until IS NULL AND (attempts > 0 OR dead_at IS NOT NULL)
"""


def test_case_32_while_the_gateway_is_away_nothing_is_lost_and_nobody_waits(running: Running) -> None:
    vendor = Vendor(running)
    started = [running.book_and_start() for _ in range(3)]
    for stay in started:
        running.lapse(stay, HOUR)
    with running.screen() as screen:
        with vendor.misbehaving(**AWAY):
            for stay in started:
                running.pay(stay)
            queued = start_until_nobody_asks(running, vendor)
            wait(AWAY_SECONDS)
            assert_nothing_is_concluded(running, started, queued)
        until("the paid ones", lambda: all(running.status(stay) == "confirmed" for stay in started), RETURN_PATIENCE)
        until("a link for all others", lambda: all(link_of(running, stay) for stay in queued), RETURN_PATIENCE)
        running.come_to_rest(RETURN_PATIENCE)
        for stay in started:
            assert_confirmed_once(running, screen, stay)
    renew(running, "web", "worker-critical")
    last = queued[-1]
    running.pay(Stay(last.guest, last.booking, str(link_of(running, last))))
    until("a confirmed booking", lambda: running.status(last) == "confirmed")


def start_until_nobody_asks(running: Running, vendor: Vendor) -> list[Stay]:
    """Payments are started until those of several guests in a row never reach the gateway: each web process has seen enough of it."""
    guest, stays, unasked = Person.registered(running.stage), list[Stay](), 0
    while unasked < 2 * AT_ONCE:
        assert len(stays) < MOST_STARTS
        stay = running.book(guest)
        running.lapse(stay, HOUR)
        stays.append(Stay(guest, stay.booking, start_in_vain(stay)))
        unasked = unasked + 1 if vendor.calls("initialize", stays[-1].payment) == 0 else 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(start_in_vain, stays[-AT_ONCE:]))
    return stays


def start_in_vain(stay: Stay) -> str:
    told = expect_status(stay.guest.post(f"/bookings/{stay.id}/payments"), 202)
    assert told["status"] == "queued"
    return str(told["reference"])


def assert_nothing_is_concluded(running: Running, started: list[Stay], queued: list[Stay]) -> None:
    """Holds hold, payments wait, and no job has paid for the outage with an attempt."""
    assert {running.status(stay) for stay in started + queued} == {"pending_payment"}
    assert [[one["status"] for one in payments_of(running, stay)] for stay in started] == [["initialized"]] * 3
    assert {one["status"] for stay in queued for one in payments_of(running, stay)} == {"queued"}
    assert running.look.execute(COSTS).fetchall() == []


def link_of(running: Running, stay: Stay) -> str | None:
    """The reference of the attempt that can be paid now."""
    found = [one["reference"] for one in payments_of(running, stay) if one["status"] == "initialized"]
    return found[0] if found else None
