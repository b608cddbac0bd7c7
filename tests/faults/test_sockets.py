"""Cases 51 and 52: hundreds of sockets, whose server dies under them, or that come from one address alone."""

import json
import logging
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
import websocket

from app.realtime.sockets import MOST_PER_USER
from demo.story.people import Person
from demo.story.stage import expect_status, until
from runner.children import end, kill_all, launch
from runner.paths import ROOT
from runner.readiness import answers
from tests.faults.phones import Phone, dial, hung_up, log_in
from tests.faults.running import Running, Stay
from tests.realtime.processes import free_port

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

GUESTS = 10
PATIENCE = 90.0
CAP = 200
IDLE = 1000
ASKED = 21
MEDIAN = 0.2

log = logging.getLogger(__name__)


@contextmanager
def another_realtime(running: Running, folder: Path, **changes: str) -> Iterator[str]:
    """A second process beside the system's own one; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = {"PROCESS": "realtime", "REALTIME_PORT": str(port), "PUBLIC_REALTIME_URL": url} | changes
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    other = launch(command, log=folder / "realtime.log", env=running.system.environment() | settings, cwd=ROOT)
    try:
        until("the second realtime process to answer", lambda: answers(f"{url}/healthz"), PATIENCE)
        yield url
        assert other.poll() is None
    finally:
        end(other, 15, patience=12)


def test_case_51_a_realtime_worker_is_killed_under_its_half_of_two_hundred_sockets(
    running: Running, tmp_path: Path
) -> None:
    stays = [running.book() for _ in range(GUESTS)]
    with another_realtime(running, tmp_path) as other:
        urls = (running.stage.realtime, other)
        phones = [Phone(stay.guest, urls[number % 2], stay.id) for stay in stays for number in range(MOST_PER_USER)]
        with hung_up(phones):
            until("all to be connected", lambda: all(phone.is_on for phone in phones), PATIENCE)
            assert len(phones) == 200
            kill_all(running.system.children("realtime"))
            killed = time.monotonic()
            for stay in stays:
                _cancel(stay)
            until("all to know", lambda: all(p.is_on and p.status == "cancelled" for p in phones), PATIENCE)
            troubles = Counter(trouble for phone in phones for trouble in phone.troubles)
            log.info("all knew %.1f s after the kill; on the way: %s", time.monotonic() - killed, troubles)
            _assert_one_half_came_back(phones, other)
            _assert_all_hear(stays[0], phones)


def _cancel(stay: Stay) -> None:
    expect_status(stay.guest.post(f"/bookings/{stay.id}/cancel", {"reason": "Changed my mind"}), 200)


def _assert_one_half_came_back(phones: list[Phone], other: str) -> None:
    """The killed one's clients connected twice; the other's heard of it, once, and were not disturbed."""
    assert {phone.connections for phone in phones if phone.url == other} == {1}
    assert {phone.connections for phone in phones if phone.url != other} == {2}
    told = {p.told("booking_changed", booking_id=p.booking_id, status="cancelled") for p in phones if p.url == other}
    assert told == {1}


def _assert_all_hear(stay: Stay, phones: list[Phone]) -> None:
    """What happens next comes to each socket of its guest, once, through both processes; to nobody else."""
    request = {name: stay.booking[name] for name in ("hotel_id", "check_in", "check_out", "guest")}
    room = {name: stay.booking["rooms"][0][name] for name in ("room_id", "rate_plan_id", "adults", "children")}
    again = Stay(stay.guest, stay.guest.book({**request, "rooms": [room]}))
    _cancel(again)
    own = [phone for phone in phones if phone.person is stay.guest]
    until("his sockets to hear", lambda: all(p.told("booking_changed", booking_id=again.id) for p in own), PATIENCE)
    assert [phone.told("booking_changed", booking_id=again.id) for phone in own] == [1] * MOST_PER_USER
    assert sum(phone.told("booking_changed", booking_id=again.id) for phone in phones) == MOST_PER_USER


def test_case_52_a_thousand_sockets_of_one_address_are_capped_and_others_served(
    running: Running, tmp_path: Path
) -> None:
    stays = [running.book() for _ in range(CAP // MOST_PER_USER)]
    read = f"{running.stage.api}/hotels/{running.hotel.id}"
    with another_realtime(running, tmp_path, SOCKETS_PER_ADDRESS=str(CAP)) as url:
        before = [_median(read), _median(f"{url}/healthz")]
        phones = [Phone(stay.guest, url, stay.id) for stay in stays for _ in range(MOST_PER_USER)]
        with hung_up(phones):
            until("as many as may to be connected", lambda: all(phone.is_on for phone in phones), PATIENCE)
            for _ in range(IDLE - CAP):
                _assert_refused(url)
            during = [_median(read), _median(f"{url}/healthz")]
            log.info("medians before %s, with %d sockets %s", before, len(phones), during)
            for usual, now in zip(before, during, strict=True):
                assert now < max(MEDIAN, 5 * usual)
            assert {phone.connections for phone in phones} == {1}
            _assert_let_in(url, stays[0].guest, "127.0.0.2", refusal="too_many_sockets")
            _assert_let_in(url, Person.registered(running.stage), "127.0.0.2")
        until("the address to be let in again", _quietly(lambda: dial(url).close()))


def _median(url: str) -> float:
    """Seconds for a GET that is answered 200."""
    found = []
    with requests.Session() as client:
        for _ in range(ASKED):
            began = time.monotonic()
            expect_status(client.get(url, timeout=30), 200)
            found.append(time.monotonic() - began)
    return sorted(found)[ASKED // 2]


def _assert_refused(url: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        dial(url)
    assert refused.value.status_code == 429
    assert json.loads(refused.value.resp_body)["code"] == "too_many_sockets"


def _assert_let_in(url: str, person: Person, address: str, refusal: str | None = None) -> None:
    """From another address one gets in, and may log in unless he has too many himself."""
    host, port = url.removeprefix("http://").split(":")
    carrier = socket.create_connection((host, int(port)), source_address=(address, 0))
    line = dial(url, socket=carrier)
    found = log_in(line, person.token)
    line.close()
    assert (found and found["data"]["code"]) == refusal


def _quietly(act: Callable[[], None]) -> Callable[[], bool]:
    """Whether it can be done."""

    def can() -> bool:
        with suppress(websocket.WebSocketException, OSError):
            act()
            return True
        return False

    return can
