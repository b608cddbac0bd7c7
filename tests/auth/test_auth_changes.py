"""Another password, another e-mail: with the password there is, told to the owner, and of no use to anybody else."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.auth.service import own_password
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.mailed import kinds, last_token, mail_passwords, mails
from tests.auth.places import log_in
from tests.factories import PASSWORD, Person
from tests.races.crowd import at_once, statuses
from tests.surface import content

NEW = "another long password"
EMAIL = "new.address@example.com"


def change(me: Api, current: str = PASSWORD, new: str = NEW) -> TestResponse:
    return me.post("/users/me/password", {"current_password": current, "new_password": new})


def ask(me: Api, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
    return me.post("/users/me/email", {"email": email, "password": password})


def verify(api: Api, token: str) -> TestResponse:
    return api.post("/auth/email/verify", {"token": token})


@pytest.mark.parametrize("demand", [change, ask])
@pytest.mark.parametrize("fate", ["status = 'suspended'", "status = 'erased', erased_at = clock_timestamp()"])
def test_who_is_let_in_no_more_when_his_password_was_looked_at_changes_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, demand: Callable[[Api], TestResponse], fate: str
) -> None:
    ada = factories.person()
    me, look = api.as_(ada), own_password.check
    before = rows.user(ada.id).password_hash

    def look_slowly(*told: Any) -> Any:
        checked = look(*told)
        rows.change(f"UPDATE users SET {fate} WHERE id = :id", id=ada.id)
        return checked

    monkeypatch.setattr(own_password, "check", look_slowly)
    answer = demand(me)
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    assert [rows.count(table) for table in ("one_time_tokens", "outgoing_emails")] == [0, 0]
    assert rows.user(ada.id).password_hash == before


class TestPassword:
    def test_all_others_are_out_and_the_owner_is_told(self, api: Api) -> None:
        ada, obi = factories.person(), factories.person()
        me, elsewhere, somebody = api.as_(ada), api.as_(ada), api.as_(obi)
        answer = change(me)
        assert (answer.status_code, answer.data) == (204, b"")
        assert me.get("/users/me").status_code == 200
        assert elsewhere.get("/users/me").json["code"] == "session_ended"
        assert somebody.get("/users/me").status_code == 200
        assert [log_in(api.app, ada, each).status_code for each in (NEW, PASSWORD)] == [200, 401]
        assert kinds(ada.email) == ["password_changed"]
        assert kinds(obi.email) == []

    def test_not_without_the_one_there_is(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        before = content()
        answer = change(me, "not-my-password")
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_password")
        assert content() == before

    def test_not_by_strangers(self, api: Api) -> None:
        factories.person()
        before = content()
        assert change(api).status_code == 401
        assert content() == before

    def test_wrong_ones_are_counted_by_themselves(self, api: Api) -> None:
        """So that neither strangers keep the owner from it, nor a stolen session from logging in."""
        ada = factories.person()
        me = api.as_(ada)
        assert [change(me, "not-my-password").status_code for _ in range(11)] == [403] * 10 + [429]
        assert change(me).json["code"] == "too_many_logins"
        assert ask(me).status_code == 429
        assert log_in(api.app, ada).status_code == 200
        assert change(api.as_(factories.person())).status_code == 204

    def test_strangers_cannot_keep_him_from_it(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        for number in range(12):
            log_in(api.app, ada, "wrong-password", ip=f"203.0.113.{number}")
        assert change(me).status_code == 204

    def test_a_right_one_clears_the_count(self, api: Api) -> None:
        me = api.as_(factories.person())
        for new, current in ((NEW, PASSWORD), (PASSWORD, NEW)):
            assert [change(me, "not-my-password").status_code for _ in range(9)] == [403] * 9
            assert change(me, current, new).status_code == 204

    @pytest.mark.parametrize("weak", ["password123", "QWERTYUIOP"])
    def test_weak_ones_are_refused(self, api: Api, weak: str) -> None:
        me = api.as_(factories.person())
        before = content()
        answer = change(me, new=weak)
        assert (answer.status_code, answer.json["code"]) == (422, "weak_password")
        assert list(answer.json["errors"]["json"]) == ["new_password"]
        assert content() == before

    def test_at_once_one_of_them_wins(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        new = [f"another long password {number}" for number in range(6)]
        answers = at_once([partial(change, me, PASSWORD, each) for each in new])
        assert statuses(answers) == {204: 1, 403: 5}
        (winner,) = [each for each, answer in zip(new, answers, strict=True) if answer.status_code == 204]
        assert log_in(api.app, ada, winner).status_code == 200

    def test_links_to_a_new_password_are_dead(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        api.post("/auth/password/forgot", {"email": ada.email})
        mail_passwords()
        assert change(me).status_code == 204
        body = {"token": last_token(ada.email, "reset_password"), "password": "yet another long one"}
        assert api.post("/auth/password/reset", body).status_code == 410

    @pytest.mark.parametrize("member", ["role", "email", "password", "password_hash"])
    def test_case_63_nothing_by_the_way(self, api: Api, member: str) -> None:
        me = api.as_(factories.person())
        before = content()
        body = {"current_password": PASSWORD, "new_password": NEW, member: "platform_admin"}
        answer = me.post("/users/me/password", body)
        assert (answer.status_code, answer.json["errors"]["json"]) == (422, {member: ["Unknown field."]})
        assert content() == before


class TestEmail:
    def test_it_changes_when_the_link_is_opened(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        answer = ask(me, "New.Address@Example.com")
        assert (answer.status_code, answer.json) == (202, {})
        assert me.get("/users/me").json["email"] == ada.email
        assert (kinds(EMAIL), kinds(ada.email)) == (["change_email"], ["email_change_asked"])
        assert (mails(EMAIL)[0].is_secret, mails(ada.email)[0].is_secret) == (True, False)
        assert EMAIL in mails(ada.email)[0].text
        answer = verify(api, last_token(EMAIL, "change_email"))
        assert (answer.status_code, answer.json["email"], answer.json["email_verified"]) == (200, EMAIL, True)
        assert me.get("/users/me").json["email"] == EMAIL
        assert kinds(ada.email) == ["email_change_asked", "email_changed"]
        assert [log_in(api.app, each).status_code for each in (EMAIL, ada.email)] == [200, 401]
        assert rows.one("SELECT count(*) AS n FROM outbox WHERE name = 'auth.email_verified'").n == 1

    def test_somebody_elses_is_answered_the_same_and_he_is_told(
        self, api: Api, count_statements: Callable[[], Any]
    ) -> None:
        ada, obi = factories.person(), factories.person()
        me = api.as_(ada)
        seen = []
        for email in (EMAIL, obi.email.upper()):
            with count_statements() as statements:
                answer = ask(me, email)
            seen.append((answer.status_code, answer.data, statements.texts))
        assert seen[0] == seen[1]
        assert kinds(obi.email) == ["email_in_use"]
        assert "token=" not in mails(obi.email)[0].text
        assert ada.email not in mails(obi.email)[0].text
        assert kinds(ada.email) == ["email_change_asked"] * 2
        assert rows.user(obi.id).email == obi.email

    def test_taken_meanwhile(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        ask(me)
        other = factories.person(email=EMAIL)
        token = last_token(EMAIL, "change_email")
        before = content()
        answer = verify(api, token)
        assert (answer.status_code, answer.json["code"]) == (409, "email_taken")
        assert content() == before
        assert me.get("/users/me").json["email"] == ada.email
        rows.change("UPDATE users SET email = 'elsewhere@example.com' WHERE id = :id", id=other.id)
        assert verify(api, token).status_code == 200

    def test_his_own(self, api: Api) -> None:
        ada = factories.person(email="Ada@Example.com")
        answer = ask(api.as_(ada), "ADA@example.com")
        assert (answer.status_code, answer.json["code"]) == (409, "same_email")
        assert rows.count("outgoing_emails") == 0

    def test_not_without_the_password(self, api: Api) -> None:
        me = api.as_(factories.person())
        before = content()
        answer = ask(me, password="not-my-password")
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_password")
        assert ask(api).status_code == 401
        assert content() == before

    def test_five_a_day(self, api: Api) -> None:
        me = api.as_(factories.person())
        answers = [ask(me, f"new{number}@example.com") for number in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 5 + [429]
        assert answers[-1].json["code"] == "too_many_mails"
        assert kinds("new5@example.com") == []

    def test_the_last_link_that_is_opened_counts(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        ask(me, "first@example.com")
        ask(me, "second@example.com")
        first, second = (last_token(f"{name}@example.com", "change_email") for name in ("first", "second"))
        assert verify(api, first).status_code == 200
        assert verify(api, second).status_code == 410
        assert rows.user(ada.id).email == "first@example.com"

    def test_links_that_went_to_the_old_one_are_dead(self, api: Api) -> None:
        ada = factories.person()
        me = api.as_(ada)
        api.post("/auth/password/forgot", {"email": ada.email})
        mail_passwords()
        ask(me)
        assert verify(api, last_token(EMAIL, "change_email")).status_code == 200
        body = {"token": last_token(ada.email, "reset_password"), "password": NEW}
        assert api.post("/auth/password/reset", body).status_code == 410

    def test_it_is_dead_when_the_password_was_changed(self, api: Api) -> None:
        """Who had the password and is out again has not left a way in."""
        ada = factories.person()
        me = api.as_(ada)
        ask(me)
        assert change(me).status_code == 204
        assert verify(api, last_token(EMAIL, "change_email")).status_code == 410
        assert rows.user(ada.id).email == ada.email

    def test_two_people_for_one_at_once(self, api: Api) -> None:
        people: list[Person] = [factories.person() for _ in range(4)]
        tokens = []
        for who in people:
            ask(api.as_(who))
            tokens.append(last_token(EMAIL, "change_email"))
        answers = at_once([partial(verify, api, token) for token in tokens])
        assert statuses(answers) == {200: 1, 409: 3}


PHONES = [
    ("08031234567", "+2348031234567"),
    ("0803 123 4567", "+2348031234567"),
    ("0803-123-4567", "+2348031234567"),
    ("(0803) 123 4567", "+2348031234567"),
    ("8031234567", "+2348031234567"),
    ("2348031234567", "+2348031234567"),
    ("+234 803 123 4567", "+2348031234567"),
    ("+234 (0) 803 123 4567", "+2348031234567"),
    ("009 234 803 123 4567", "+2348031234567"),
    ("07012345678", "+2347012345678"),
    ("09161234567", "+2349161234567"),
    ("0201 234 5678", "+2342012345678"),
    ("+44 20 7946 0958", "+442079460958"),
    ("tel:+234-803-123-4567", "+2348031234567"),
]
NO_PHONES = [
    "",
    "0",
    "112",
    "0803123456",
    "0803 123 4567 x12",
    "080312345678",
    "+2340000000000",
    "+999 12345678",
    "0803 123 456a7 ext",
    "１２",
]


@pytest.mark.parametrize(("typed", "kept"), PHONES)
def test_phones_as_nigerians_write_them(api: Api, typed: str, kept: str) -> None:
    ada = factories.person()
    answer = api.as_(ada).patch("/users/me", {"phone": typed})
    assert (answer.status_code, answer.json.get("phone")) == (200, kept)
    assert rows.user(ada.id).phone == kept


@pytest.mark.parametrize("typed", NO_PHONES)
def test_what_is_no_phone(api: Api, typed: str) -> None:
    me = api.as_(factories.person())
    before = content()
    answer = me.patch("/users/me", {"phone": typed})
    assert (answer.status_code, list(answer.json["errors"]["json"])) == (422, ["phone"])
    assert content() == before
