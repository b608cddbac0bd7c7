"""Links of every kind: used, too old, altered, of another kind, of nobody. One answer for all, and nothing happens."""

import pytest
from werkzeug.test import TestResponse

from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.mailed import last_token, mail_passwords
from tests.surface import content

NEW = "another long password"


def _verification(api: Api) -> str:
    email = f"verify{rows.count('users')}@example.com"
    body = {"email": email, "password": factories.PASSWORD, "full_name": "Ada Obi", "accepted_terms": True}
    assert api.post("/auth/register", body).status_code == 201
    return last_token(email, "verify_email")


def _change(api: Api) -> str:
    me, email = api.as_(factories.person()), f"change{rows.count('users')}@example.com"
    assert me.post("/users/me/email", {"email": email, "password": factories.PASSWORD}).status_code == 202
    return last_token(email, "change_email")


def _reset(api: Api) -> str:
    ada = factories.person()
    assert api.post("/auth/password/forgot", {"email": ada.email}).status_code == 202
    mail_passwords()
    return last_token(ada.email, "reset_password")


def verify(api: Api, token: str) -> TestResponse:
    return api.post("/auth/email/verify", {"token": token})


def set_new(api: Api, token: str) -> TestResponse:
    return api.post("/auth/password/reset", {"token": token, "password": NEW})


DOORS = {"verify": verify, "reset": set_new}
MADE: dict[str, tuple[str, str]] = {
    "verification": ("verify", "reset"),
    "change": ("verify", "reset"),
    "reset": ("reset", "verify"),
}


MAKERS = {"verification": _verification, "change": _change, "reset": _reset}


def make(kind: str, api: Api) -> str:
    """The token of a link that was mailed."""
    return MAKERS[kind](api)


def assert_no_good(answer: TestResponse) -> None:
    assert (answer.status_code, answer.json["code"]) == (410, "link_expired"), answer.text


@pytest.mark.parametrize("kind", MADE)
def test_control_a_link_of_its_kind_is_good_once(api: Api, kind: str) -> None:
    token, door = make(kind, api), DOORS[MADE[kind][0]]
    assert door(api, token).status_code in {200, 204}
    before = content()
    assert_no_good(door(api, token))
    assert content() == before


@pytest.mark.parametrize("kind", MADE)
def test_at_the_wrong_door_it_is_no_good_and_not_used_up(api: Api, kind: str) -> None:
    token = make(kind, api)
    right, wrong = MADE[kind]
    before = content()
    assert_no_good(DOORS[wrong](api, token))
    assert content() == before
    assert DOORS[right](api, token).status_code in {200, 204}


@pytest.mark.parametrize("kind", MADE)
def test_when_its_time_is_over(api: Api, kind: str) -> None:
    token = make(kind, api)
    rows.change("UPDATE one_time_tokens SET expires_at = clock_timestamp()")
    before = content()
    assert_no_good(DOORS[MADE[kind][0]](api, token))
    assert content() == before


@pytest.mark.parametrize("kind", MADE)
def test_altered(api: Api, kind: str) -> None:
    token, door = make(kind, api), DOORS[MADE[kind][0]]
    other = "A" if token[0] != "A" else "B"
    stored = rows.one("SELECT encode(token_hash, 'hex') AS hash FROM one_time_tokens ORDER BY id DESC LIMIT 1").hash
    before = content()
    for altered in (token[:-1], token + "A", other + token[1:], token.swapcase(), token[::-1], "x", "é" * 43, stored):
        assert_no_good(door(api, altered))
    assert content() == before
    assert door(api, token).status_code in {200, 204}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("token", ["", " ", "a" * 101, "a\x00b", None, 7, [], {}])
def test_what_can_be_no_token_is_422(api: Api, door: str, token: object) -> None:
    assert DOORS[door](api, token).status_code == 422


@pytest.mark.parametrize("kind", MADE)
def test_of_who_is_suspended_meanwhile(api: Api, kind: str) -> None:
    token = make(kind, api)
    rows.change("UPDATE users SET status = 'suspended'")
    before = content()
    assert_no_good(DOORS[MADE[kind][0]](api, token))
    assert content() == before


@pytest.mark.parametrize("member", ["role", "user_id", "email", "purpose", "is_admin"])
def test_case_63_a_link_takes_nothing_along(api: Api, member: str) -> None:
    token = make("verification", api)
    before = content()
    answer = api.post("/auth/email/verify", {"token": token, member: "platform_admin"})
    assert (answer.status_code, answer.json["errors"]["json"]) == (422, {member: ["Unknown field."]})
    answer = api.post("/auth/password/reset", {"token": token, "password": NEW, member: "platform_admin"})
    assert (answer.status_code, answer.json["errors"]["json"]) == (422, {member: ["Unknown field."]})
    assert content() == before


def test_only_hashes_are_kept(api: Api) -> None:
    tokens = [make(kind, api) for kind in MADE]
    kept = rows.one("SELECT string_agg(t::text, ' ') AS everything FROM one_time_tokens t").everything
    assert not [token for token in tokens if token in kept]
    assert len(set(tokens)) == 3
