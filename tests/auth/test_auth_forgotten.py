"""Forgotten passwords: who asks learns nothing, who can read the mails gets in, and all others are out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.service import change_password, login, suspend
from app.core.columns import new_id
from app.core.db import transaction
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.mailed import kinds, last_token, mail_passwords, mails
from tests.auth.places import log_in, post
from tests.factories import PASSWORD, Person
from tests.races.crowd import at_once, statuses

NEW = "another long password"
HOME = "198.51.100.7"

Mail = Callable[[str], str]


def forget(api: Api, email: str, **where: str) -> TestResponse:
    return post(api.app, "/auth/password/forgot", {"email": email}, **where)


def reset(api: Api, token: str, password: str = NEW, **where: str) -> TestResponse:
    return post(api.app, "/auth/password/reset", {"token": token, "password": password}, **where)


@pytest.fixture
def link_for(api: Api) -> Mail:
    """`link_for(email)`: forgets the password of the account and returns the token that was mailed."""

    def make(email: str) -> str:
        assert forget(api, email).status_code == 202
        mail_passwords()
        return last_token(email, "reset_password")

    return make


# What two answers never have in common, whoever asks.
OF_EACH = {"X-Request-Id": "", "RateLimit": ""}


def test_known_unknown_and_suspended_are_told_the_same(
    api: Api, run_jobs: Callable[[], int], count_statements: Callable[[], Any]
) -> None:
    ada, suspended = factories.person(), factories.person(status="suspended")
    seen = []
    for email in (ada.email, suspended.email, "nobody@example.com", ada.email.upper()):
        with count_statements() as statements:
            answer = forget(api, email)
        seen.append((answer.status_code, answer.data, dict(answer.headers) | OF_EACH, statements.texts))
    assert seen[0][:2] == (202, b"{}")
    assert seen[1:] == [seen[0]] * 3
    assert len(seen[0][3]) == 3
    assert rows.one("SELECT count(*) AS n FROM outbox WHERE name = 'auth.password_forgotten'").n == 4
    run_jobs()
    assert kinds(ada.email) == ["reset_password"] * 2
    assert rows.count("outgoing_emails") == 2


def test_the_job_run_twice_mails_once(api: Api, run_jobs: Callable[[], int]) -> None:
    ada = factories.person()
    forget(api, ada.email)
    rows.change(
        "INSERT INTO outbox (kind, name, queue, payload, max_attempts, hard_limit, give_up_after)"
        " SELECT kind, name, queue, payload, max_attempts, hard_limit, give_up_after FROM outbox"
    )
    run_jobs()
    assert kinds(ada.email) == ["reset_password"]


def test_who_is_suspended_meanwhile_is_mailed_nothing(api: Api) -> None:
    ada = factories.person()
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction() as session:
            suspend.suspend(session, ada.id)
            mailing = elsewhere.submit(change_password.mail_link, ada.id, new_id())
            wait([mailing], timeout=0.3)
        mailing.result()
    assert [rows.count(table) for table in ("one_time_tokens", "outgoing_emails")] == [0, 0]


def test_reset(api: Api, link_for: Mail) -> None:
    ada = factories.person()
    elsewhere = api.as_(ada)
    answer = reset(api, link_for(ada.email))
    assert (answer.status_code, answer.data) == (204, b"")
    assert log_in(api.app, ada, NEW).status_code == 200
    assert log_in(api.app, ada, PASSWORD).status_code == 401
    assert elsewhere.get("/users/me").json["code"] == "session_ended"
    assert (
        rows.one("SELECT DISTINCT revoked_reason AS why FROM sessions WHERE revoked_at IS NOT NULL").why
        == "password_reset"
    )
    assert kinds(ada.email) == ["reset_password", "password_changed"]
    assert mails(ada.email)[-1].is_secret is False


def test_all_links_die_when_one_is_used(api: Api, link_for: Mail) -> None:
    ada = factories.person()
    older, newer = link_for(ada.email), link_for(ada.email)
    assert reset(api, newer).status_code == 204
    assert reset(api, older).status_code == 410
    assert log_in(api.app, ada, NEW).status_code == 200


def test_a_link_asked_for_by_somebody_else_leaves_the_first_one_good(api: Api, link_for: Mail) -> None:
    ada = factories.person()
    older, _ = link_for(ada.email), link_for(ada.email)
    assert reset(api, older).status_code == 204


def test_one_link_at_once_sets_one_password(api: Api, link_for: Mail) -> None:
    ada = factories.person()
    token = link_for(ada.email)
    new = [f"another long password {number}" for number in range(6)]
    answers = at_once([partial(reset, api, token, each) for each in new])
    assert statuses(answers) == {204: 1, 410: 5}
    (winner,) = [each for each, answer in zip(new, answers, strict=True) if answer.status_code == 204]
    assert log_in(api.app, ada, winner).status_code == 200
    assert kinds(ada.email).count("password_changed") == 1


def test_a_weak_one_is_refused_and_the_link_stays_good(api: Api, link_for: Mail) -> None:
    ada = factories.person()
    token = link_for(ada.email)
    for weak in ("password123", ada.email):
        answer = reset(api, token, weak)
        assert (answer.status_code, answer.json["code"]) == (422, "weak_password")
        assert list(answer.json["errors"]["json"]) == ["password"]
    assert reset(api, token, "short").status_code == 422
    assert reset(api, token).status_code == 204


def test_a_link_that_is_no_good_costs_no_hash(api: Api, count_statements: Callable[[], Any]) -> None:
    with count_statements() as statements:
        assert reset(api, "x" * 43).status_code == 410
    assert len(statements) == 1, str(statements)


def test_the_owner_is_let_in_though_strangers_keep_guessing(api: Api, link_for: Mail) -> None:
    ada = factories.person()

    def guess() -> list[int]:
        return [log_in(api.app, ada, "wrong-password", ip=f"203.0.113.{n}").status_code for n in range(10)]

    guess()
    token = link_for(ada.email)
    assert log_in(api.app, ada, ip=HOME).status_code == 429
    assert reset(api, token, ip=HOME).status_code == 204
    assert guess() == [401] * 10
    assert log_in(api.app, ada, NEW, ip="203.0.113.250").status_code == 429
    assert log_in(api.app, ada, NEW, ip=HOME).status_code == 200


def test_who_asks_too_often_is_told_nothing_and_mailed_nothing(api: Api, run_jobs: Callable[[], int]) -> None:
    ada, obi = factories.person(), factories.person()
    assert [forget(api, ada.email).status_code for _ in range(8)] == [202] * 8
    assert forget(api, obi.email).status_code == 202
    run_jobs()
    assert len(kinds(ada.email)) == 5
    assert len(kinds(obi.email)) == 1


def test_an_address_that_asks_for_everybody_is_stopped(api: Api, run_jobs: Callable[[], int]) -> None:
    people = [factories.person() for _ in range(32)]
    assert {forget(api, who.email, ip=HOME).status_code for who in people} == {202}
    assert forget(api, people[-1].email).status_code == 202
    run_jobs()
    assert [len(kinds(who.email)) for who in people] == [1] * 30 + [0, 1]


def test_a_login_checked_against_the_old_password_opens_nothing(
    application: Flask, api: Api, link_for: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is set between the look at it and the session: without the look at the locked person a session would survive."""
    ada = factories.person()
    token = link_for(ada.email)
    looked = login.is_right

    def look_and_then(*args: Any) -> bool:
        right = looked(*args)
        assert reset(api, token).status_code == 204
        return right

    monkeypatch.setattr(login, "is_right", look_and_then)
    assert log_in(application, ada).status_code == 401
    assert rows.count("sessions") == 0


def test_links_live_for_thirty_minutes(link_for: Mail) -> None:
    ada: Person = factories.person()
    link_for(ada.email)
    link = rows.one("SELECT * FROM one_time_tokens")
    assert 1790 < (link.expires_at - link.created_at).total_seconds() < 1810
    (mail,) = mails(ada.email)
    assert mail.is_secret is True
    assert "http://127.0.0.1:3000/reset-password#token=" in mail.html
