"""Case 72: the clock of one host is five minutes ahead. Ends of holds, moneys and logins are as if it were not.

What does differ is a token's end: it is held against the clock of the host that reads it, so an access token of fifteen minutes lives ten
at a host that is five ahead, and twenty at the others when that host issued it. Clients refresh, and notice nothing.
"""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from demo.story.people import PASSWORD, Person, Socket
from demo.story.stage import expect_status, until
from tests.faults.clock import AHEAD, SLACK, ahead, assert_lapses_in_time
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay
from tests.faults.second_web import SecondWeb, second_web

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

HOST = ("web", "realtime", "worker-critical", "worker-ticks", "beat")
LEFT = "SELECT extract(epoch FROM hold_expires_at - clock_timestamp())::float FROM bookings WHERE id = %s"


@pytest.fixture(scope="module")
def normal(whole_system: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondWeb]:
    """A web process of another host, whose clock is right."""
    with second_web(whole_system, tmp_path_factory.mktemp("normal"), {}) as web:
        yield web


@pytest.fixture(scope="module")
def host(whole_system: Running, normal: SecondWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All that serves, ticks and verifies is ahead; the relay and the mails are not."""
    with ahead(whole_system, tmp_path_factory.mktemp("ahead"), *HOST):
        yield


def login(api: str, email: str) -> dict[str, Any]:
    answer = requests.post(f"{api}/auth/login", json={"email": email, "password": PASSWORD}, timeout=30)
    pair: dict[str, Any] = expect_status(answer, 200)
    return pair


def refreshed(api: str, pair: dict[str, Any]) -> dict[str, Any]:
    answer = requests.post(f"{api}/auth/refresh", json={"refresh_token": pair["refresh_token"]}, timeout=30)
    fresh: dict[str, Any] = expect_status(answer, 200)
    return fresh


def is_let_in(api: str, pair: dict[str, Any]) -> bool:
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    return requests.get(f"{api}/users/me", headers=headers, timeout=30).status_code == 200


def issued(pair: dict[str, Any]) -> float:
    """When the token says it was made, in seconds from now."""
    body = pair["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return float(claims["iat"]) - time.time()


@pytest.mark.usefixtures("host")
def test_case_72_tokens_of_either_host_are_good_at_the_other(running: Running, normal: SecondWeb) -> None:
    guest = Person.registered(running.stage)
    fast, right = login(running.stage.api, guest.email), login(normal.api, guest.email)
    assert issued(fast) > AHEAD - 2
    assert issued(right) < 2
    for api in (running.stage.api, normal.api):
        assert (is_let_in(api, fast), is_let_in(api, right)) == (True, True)
    fast, right = refreshed(normal.api, fast), refreshed(running.stage.api, right)
    assert issued(right) > AHEAD - 2
    for api in (running.stage.api, normal.api):
        assert (is_let_in(api, fast), is_let_in(api, right)) == (True, True)


@pytest.mark.usefixtures("host")
def test_case_72_holds_end_by_the_databases_clock(running: Running, normal: SecondWeb) -> None:
    guest = Person.registered(running.stage)
    with closing(Socket(guest)) as phone:
        for who in (guest, normal.used_by(guest)):
            stay = running.book(who)
            assert 0 < running.stage.hold_seconds - running.value(LEFT, stay.id) < SLACK
            assert_lapses_in_time(running, stay, phone)
            taken_again = Person.registered(running.stage).post("/bookings", again(stay, running))
            assert taken_again.status_code == 201, taken_again.text


def again(stay: Stay, running: Running) -> dict[str, Any]:
    """A request for the very room and nights of a stay."""
    room = "SELECT room_id, rate_plan_id FROM booking_rooms WHERE booking_id = %s"
    found = running.row(room, stay.id)
    what = {"room_id": str(found["room_id"]), "rate_plan_id": str(found["rate_plan_id"]), "adults": 2, "children": []}
    dates = {name: stay.booking[name] for name in ("check_in", "check_out")}
    guest = {name: stay.booking["guest"][name] for name in ("name", "email", "phone")}
    return {"hotel_id": running.hotel.id, "rooms": [what], "guest": guest} | dates


@pytest.mark.usefixtures("host")
def test_case_72_payments_count(running: Running, normal: SecondWeb) -> None:
    with running.screen() as screen:
        told, unheard = running.book_and_start(), running.book_and_start()
        running.pay(told)
        running.pay_unheard(unheard)
        for stay in (told, unheard):
            until("a confirmed booking", lambda stay=stay: running.status(stay) == "confirmed", 60)  # type: ignore[misc]
        running.come_to_rest()
        for stay in (told, unheard):
            assert_confirmed_once(running, screen, stay)
    assert normal.used_by(told.guest).booking(told.id)["payment_status"] == "paid"
