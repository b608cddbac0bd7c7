"""Who tries passwords is stopped, by account and by address, before any is looked at; who is known somewhere is not locked out there."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth import passwords
from app.core import redis_client
from tests import factories
from tests.api import PREFIX, Api
from tests.auth import rows
from tests.auth.places import log_in, post
from tests.conftest import REDIS_URL
from tests.races.crowd import at_once, statuses

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.{}"
WRONG = "not-the-password"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords that were looked at, in their order."""
    seen: list[str] = []
    looked, lock = passwords.matches, threading.Lock()

    def look(password_hash: str | None, password: str) -> bool:
        with lock:
            seen.append(password)
        return looked(password_hash, password)

    monkeypatch.setattr(passwords, "matches", look)
    return seen


def told(answer: TestResponse) -> dict[str, Any]:
    return {name: value for name, value in answer.json.items() if name != "request_id"}


def fail(app: Flask, who: factories.Person | str, times: int, **where: str) -> list[int]:
    return [log_in(app, who, WRONG, **where).status_code for _ in range(times)]


def pass_by(seconds: int) -> None:
    rows.change("UPDATE throttle_buckets SET empty_at = empty_at - make_interval(secs => :s)", s=seconds)


def test_case_61_after_ten_wrong_passwords_none_is_looked_at(application: Flask, hashed: list[str]) -> None:
    ada = factories.person()
    assert fail(application, ada, 10) == [401] * 10
    refused = log_in(application, ada)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_logins")
    assert 1 <= int(refused.headers["Retry-After"]) <= 90
    assert hashed == [WRONG] * 10
    assert rows.count("sessions") == 0


def test_case_61_known_and_unknown_are_told_the_same(application: Flask, hashed: list[str]) -> None:
    ada, suspended = factories.person(), factories.person(status="suspended")
    answers = {}
    for number, email in enumerate((ada.email, suspended.email, "nobody@example.com")):
        tried = [log_in(application, email, WRONG, ip=ELSEWHERE.format(number)) for _ in range(11)]
        answers[email] = [told(each) for each in tried]
    assert answers[ada.email] == answers[suspended.email] == answers["nobody@example.com"]
    assert Counter(each["code"] for each in answers[ada.email]) == {"bad_credentials": 10, "too_many_logins": 1}
    assert len(hashed) == 30


def test_case_61_one_drop_leaks_out_in_ninety_seconds(application: Flask) -> None:
    ada = factories.person()
    fail(application, ada, 10)
    pass_by(90)
    assert fail(application, ada, 2) == [401, 429]
    pass_by(91)
    assert log_in(application, ada).status_code == 200


def test_a_right_password_clears_the_account_and_not_the_address(
    application: Flask, with_settings: Callable[..., Any]
) -> None:
    with_settings(login_failures_per_address=12)
    ada, obi = factories.person(), factories.person()
    assert fail(application, ada, 9) == [401] * 9
    assert log_in(application, ada).status_code == 200
    assert fail(application, ada, 3, ip=ELSEWHERE.format(99)) == [401] * 3
    assert fail(application, obi, 4) == [401, 401, 401, 429]


def test_case_61_an_address_is_stopped_whatever_accounts_it_tries(
    application: Flask, with_settings: Callable[..., Any], hashed: list[str]
) -> None:
    with_settings(login_failures_per_address=5)
    people = [factories.person() for _ in range(3)]
    tried = [
        log_in(application, who, WRONG).status_code for who in (*people, "a@example.com", "b@example.com", *people)
    ]
    assert tried == [401] * 5 + [429] * 3
    assert log_in(application, people[0]).status_code == 429
    assert log_in(application, people[0], ip=HOME).status_code == 200
    assert len(hashed) == 6


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP"])
def test_case_61_a_forged_address_is_passed_over(
    application: Flask, with_settings: Callable[..., Any], header: str
) -> None:
    with_settings(login_failures_per_address=3)
    tried = [
        log_in(application, f"nobody{number}@example.com", WRONG, **{header: f"192.0.2.{number}"}).status_code
        for number in range(5)
    ]
    assert tried == [401, 401, 401, 429, 429]
    ada = factories.person()
    log_in(application, ada, ip=HOME, **{header: "192.0.2.99"})
    assert rows.one("SELECT ip FROM sessions").ip == HOME


def test_case_61_who_owns_a_network_is_one(application: Flask, with_settings: Callable[..., Any]) -> None:
    """Anybody has 2 to the power of 64 IPv6 addresses."""
    with_settings(login_failures_per_address=3)
    tried = [
        log_in(application, f"nobody{number}@example.com", WRONG, ip=f"2001:db8:1:2::{number:x}").status_code
        for number in range(4)
    ]
    assert tried == [401, 401, 401, 429]
    assert fail(application, "nobody@example.com", 1, ip="2001:db8:1:3::1") == [401]
    assert fail(application, "nobody@example.com", 3, ip="::ffff:203.0.113.1") == [401] * 3
    assert fail(application, "nobody@example.com", 1, ip="203.0.113.1") == [429]


def test_strangers_cannot_lock_an_owner_out_of_where_he_is_known(
    application: Flask, with_settings: Callable[..., Any]
) -> None:
    with_settings(login_failures_per_address=20)
    ada = factories.person()
    assert log_in(application, ada, ip=HOME).status_code == 200
    for number in range(3):
        fail(application, ada, 10, ip=ELSEWHERE.format(number))
    assert log_in(application, ada, ip=ELSEWHERE.format(200)).status_code == 429
    assert log_in(application, ada, ip=HOME).status_code == 200
    for number in range(3):  # neither by guessing at others from behind the same address
        fail(application, f"nobody{number}@example.com", 10, ip=HOME)
    assert log_in(application, factories.person(), ip=HOME).status_code == 429
    assert log_in(application, ada, ip=HOME).status_code == 200


def test_where_he_is_known_an_account_has_ten_tries_too(application: Flask) -> None:
    ada = factories.person()
    log_in(application, ada, ip=HOME)
    assert fail(application, ada, 11, ip=HOME) == [401] * 10 + [429]
    assert log_in(application, ada, ip=HOME).status_code == 429
    assert log_in(application, ada, ip=ELSEWHERE.format(1)).status_code == 200


def test_an_address_is_forgotten_after_ninety_days(application: Flask) -> None:
    ada = factories.person()
    log_in(application, ada, ip=HOME)
    fail(application, ada, 10)
    rows.change("UPDATE known_addresses SET seen_at = seen_at - interval '91 days'")
    assert log_in(application, ada, ip=HOME).status_code == 429


def test_case_61_of_fifty_at_once_ten_are_looked_at(application: Flask, hashed: list[str]) -> None:
    ada = factories.person()
    answers = at_once([partial(log_in, application, ada, WRONG, ip=ELSEWHERE.format(number)) for number in range(50)])
    assert statuses(answers) == {401: 10, 429: 40}
    assert len(hashed) == 10


def test_case_61_fifty_right_ones_at_once_are_all_let_in(application: Flask) -> None:
    """The count is of wrong passwords, not of people."""
    people = [factories.person() for _ in range(50)]
    answers = at_once([partial(log_in, application, who) for who in people])
    assert statuses(answers) == {200: 50}


def test_case_61_the_form_counts_in_the_same_bucket(application: Flask) -> None:
    ada = factories.person()
    fail(application, ada, 9, ip="127.0.0.1")
    form = {"grant_type": "password", "username": ada.email, "password": WRONG}
    send = partial(application.test_client().post, f"{PREFIX}/auth/token", data=form)
    assert [send().status_code for _ in range(2)] == [401, 429]
    assert fail(application, ada, 1, ip="127.0.0.1") == [429]


def test_a_suspended_person_learns_it_from_his_password_alone(application: Flask) -> None:
    ada = factories.person(status="suspended")
    assert log_in(application, ada).json["code"] == "account_suspended"
    assert fail(application, ada, 9) == [401] * 9
    assert log_in(application, ada).status_code == 429


def test_who_is_refused_costs_two_statements(application: Flask, count_statements: Callable[[], Any]) -> None:
    ada = factories.person()
    fail(application, ada, 10)
    with count_statements() as statements:
        assert fail(application, ada, 1) == [429]
    assert len(statements) == 2, str(statements)
    assert not [each for each in statements.texts if "INSERT" in each or "UPDATE" in each]


def test_what_is_typed_is_not_kept(application: Flask) -> None:
    """Some type their password where the e-mail belongs."""
    fail(application, "correct-horse@battery.example", 2)
    assert "battery" not in str(rows.one("SELECT array_agg(key) AS keys FROM throttle_buckets").keys)


@pytest.fixture
def redis_away(application: Flask) -> Iterator[None]:
    redis_client.connect("redis://127.0.0.1:1/0", "test:")
    yield
    redis_client.connect(REDIS_URL, "test:")


@pytest.mark.usefixtures("redis_away")
def test_case_59_without_redis_sessions_revocation_and_throttles_hold(application: Flask, api: Api) -> None:
    ada, obi = factories.person(), factories.person()
    me = api.as_(ada)
    assert me.get("/users/me").status_code == 200
    assert me.post("/auth/logout").status_code == 204
    assert me.get("/users/me").json["code"] == "session_ended"
    assert fail(application, obi, 11) == [401] * 10 + [429]


@pytest.mark.usefixtures("redis_away")
def test_case_60_without_redis_the_throttle_is_no_error(application: Flask) -> None:
    answers = [post(application, "/auth/password/forgot", {"email": "a@example.com"}) for _ in range(10)]
    assert statuses(answers) == {202: 10}
