"""An e-mail is verified by a link that was mailed there; consent is stamped; what hangs on a verified e-mail follows."""

from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.mailed import kinds, last_token, mail_passwords, mails
from tests.auth.test_auth_accounts import ADA
from tests.races.crowd import at_once, statuses

EMAIL = "ada.obi@example.com"


def register(api: Api, **changes: Any) -> TestResponse:
    answer = api.post("/auth/register", ADA | changes)
    assert answer.status_code == 201, answer.text
    return answer


def verify(api: Api, token: str) -> TestResponse:
    return api.post("/auth/email/verify", {"token": token})


def jobs(name: str) -> int:
    return int(rows.one("SELECT count(*) AS n FROM outbox WHERE name = :name", name=name).n)


def me_of(api: Api) -> Api:
    answer = api.post("/auth/login", {"email": EMAIL, "password": ADA["password"]})
    return Api(api.app, answer.json["access_token"])


def test_registering_stamps_consent_and_mails_a_link(api: Api) -> None:
    register(api, marketing=True)
    user = rows.one("SELECT * FROM users")
    assert user.terms_accepted_at is not None
    assert user.marketing_accepted_at is not None
    assert user.email_verified_at is None
    (mail,) = mails(EMAIL)
    assert (mail.kind, mail.is_secret) == ("verify_email", True)
    link = rows.one("SELECT * FROM one_time_tokens")
    assert (link.user_id, link.purpose, link.email) == (user.id, "verify_email", EMAIL)
    assert 86_390 < (link.expires_at - link.created_at).total_seconds() < 86_410
    assert bytes(link.token_hash) not in mail.text.encode()
    assert "http://127.0.0.1:3000/verify-email#token=" in mail.text


def test_no_name_is_mailed_to_where_it_may_be_a_strangers(api: Api) -> None:
    """Or anybody could have us mail words of his choice to anybody."""
    words = "Win a car at example.org"
    register(api, full_name=words)
    forget = partial(api.post, "/auth/password/forgot", {"email": EMAIL})
    forget()
    mail_passwords()
    assert kinds(EMAIL) == ["verify_email", "reset_password"]
    assert [mail.kind for mail in mails(EMAIL) if words in mail.text + mail.html] == []
    verify(api, last_token(EMAIL, "verify_email"))
    me_of(api).post("/users/me/email", {"email": "next@example.com", "password": ADA["password"]})
    (asked,) = mails("next@example.com")
    assert (asked.kind, words in asked.text + asked.html) == ("change_email", False)
    forget()
    mail_passwords()
    assert mails(EMAIL)[-1].text.startswith(f"Dear {words},")


def test_without_marketing_none_is_stamped(api: Api) -> None:
    register(api)
    assert rows.one("SELECT marketing_accepted_at FROM users").marketing_accepted_at is None


def test_who_is_refused_gets_no_mail(api: Api) -> None:
    register(api)
    assert api.post("/auth/register", ADA).status_code == 409
    assert api.post("/auth/register", ADA | {"email": "b@example.com", "password": "1234567890"}).status_code == 422
    assert (rows.count("outgoing_emails"), rows.count("one_time_tokens")) == (1, 1)


def test_verify(api: Api) -> None:
    registered: dict[str, Any] = register(api).json
    answer = verify(api, last_token(EMAIL, "verify_email"))
    assert answer.status_code == 200
    assert answer.json == registered | {"email_verified": True}
    assert rows.user(registered["id"]).email_verified_at is not None
    assert jobs("auth.email_verified") == 1
    assert me_of(api).get("/users/me").json["email_verified"] is True


def test_verify_works_once_even_at_once(api: Api) -> None:
    register(api)
    token = last_token(EMAIL, "verify_email")
    answers = at_once([partial(verify, api, token)] * 8)
    assert statuses(answers) == {200: 1, 410: 7}
    assert jobs("auth.email_verified") == 1


def test_a_second_link_is_dead_when_the_first_was_used(api: Api) -> None:
    register(api)
    first = last_token(EMAIL, "verify_email")
    rows.change("UPDATE one_time_tokens SET created_at = created_at - interval '2 minutes'")
    assert me_of(api).post("/auth/email/verify/resend").status_code == 202
    second = last_token(EMAIL, "verify_email")
    assert first != second
    assert verify(api, first).status_code == 200
    assert verify(api, second).status_code == 410


def test_verify_needs_no_session_and_opens_none(api: Api) -> None:
    register(api)
    verify(api, last_token(EMAIL, "verify_email"))
    assert rows.count("sessions") == 0


def test_a_suspended_person_cannot_verify(api: Api) -> None:
    register(api)
    rows.change("UPDATE users SET status = 'suspended'")
    assert verify(api, last_token(EMAIL, "verify_email")).status_code == 410
    assert rows.one("SELECT email_verified_at FROM users").email_verified_at is None


def test_a_link_to_an_e_mail_of_the_past_verifies_nothing(api: Api) -> None:
    register(api)
    rows.change("UPDATE users SET email = 'other@example.com'")
    assert verify(api, last_token(EMAIL, "verify_email")).status_code == 410
    assert rows.one("SELECT email_verified_at FROM users").email_verified_at is None


def test_resend_once_a_minute_and_five_times_a_day(api: Api) -> None:
    register(api)
    me = me_of(api)
    refused = me.post("/auth/email/verify/resend")
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_mails")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    for _ in range(5):
        rows.change("UPDATE one_time_tokens SET created_at = created_at - interval '61 seconds'")
        assert me.post("/auth/email/verify/resend").status_code == 202
    rows.change("UPDATE one_time_tokens SET created_at = created_at - interval '61 seconds'")
    refused = me.post("/auth/email/verify/resend")
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_mails")
    assert 80_000 < int(refused.headers["Retry-After"]) < 86_400
    assert kinds(EMAIL) == ["verify_email"] * 6


def test_resend_at_once_mails_one(api: Api) -> None:
    register(api)
    rows.change("UPDATE one_time_tokens SET created_at = created_at - interval '2 minutes'")
    answers = at_once([partial(me_of(api).post, "/auth/email/verify/resend")] * 6)
    assert statuses(answers) == {202: 1, 429: 5}


def test_resend_to_the_verified(api: Api) -> None:
    register(api)
    verify(api, last_token(EMAIL, "verify_email"))
    answer = me_of(api).post("/auth/email/verify/resend")
    assert (answer.status_code, answer.json["code"]) == (409, "email_is_verified")


def test_resend_is_for_who_is_logged_in(api: Api) -> None:
    register(api)
    assert api.post("/auth/email/verify/resend").status_code == 401
    assert rows.count("outgoing_emails") == 1


def test_verify_statements(api: Api, count_statements: Any) -> None:
    register(api)
    token = last_token(EMAIL, "verify_email")
    with count_statements() as statements:
        assert verify(api, token).status_code == 200
    assert len(statements) == 7, str(statements)


def test_marketing_is_consented_to_and_taken_back(api: Api) -> None:
    ada = factories.person()
    me = api.as_(ada)
    assert me.patch("/users/me", {"marketing": True}).json["marketing"] is True
    given = rows.user(ada.id).marketing_accepted_at
    assert me.patch("/users/me", {"marketing": True}).status_code == 200
    assert rows.user(ada.id).marketing_accepted_at == given
    assert me.patch("/users/me", {"full_name": "Ada"}).json["marketing"] is True
    assert me.patch("/users/me", {"marketing": False}).json["marketing"] is False
    assert rows.user(ada.id).marketing_accepted_at is None


@pytest.mark.parametrize("other", ["ADA.OBI@EXAMPLE.COM", "ada.obi@ＥＸＡＭＰＬＥ.com", "ada.obi@example。com"])
def test_the_same_e_mail_in_another_spelling_is_the_same_account(application: Flask, api: Api, other: str) -> None:
    register(api)
    assert api.post("/auth/register", ADA | {"email": other}).status_code == 409
    assert api.post("/auth/login", {"email": other, "password": ADA["password"]}).status_code == 200


def test_one_that_only_looks_like_it_is_another(api: Api) -> None:
    register(api)
    answer = register(api, email="ada.obi@ex\u0430mple.com")
    assert answer.json["email"] == "ada.obi@xn--exmple-4nf.com"
    assert api.post("/auth/register", ADA | {"email": "\u0430da.obi@example.com"}).status_code == 422
    assert rows.count("users") == 2
