"""Tokens that are no good: each is a 401 problem of one shape, and nothing happens."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_jwt_extended import exceptions as library
from jwt import exceptions as jwt
from werkzeug.test import TestResponse

from app.auth import tokens
from app.core.errors import Unauthenticated
from app.core.problem import MEDIA_TYPE
from tests import factories
from tests.api import Api
from tests.auth import forge, rows

OTHER_KEY = "another-secret-of-thirty-two-bytes"
SHAPE = {"type", "title", "status", "code", "instance", "request_id", "detail"}
PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"

Claims = dict[str, Any]
FORGED: dict[str, Callable[[Claims], str]] = {
    "alg none": forge.unsigned,
    "alg none in other case": lambda claims: forge.unsigned(claims, "nOnE"),
    "HS256 with the signature cut off": lambda claims: forge.unsigned(claims, "HS256"),
    "says RS256, is HS256": lambda claims: forge.token(claims, alg="RS256", hashed_by="HS256"),
    "HS256 with a public key": lambda claims: forge.token(claims, secret=PUBLIC_KEY),
    "HS512 with our secret": lambda claims: forge.token(claims, alg="HS512"),
    "other key": lambda claims: forge.token(claims, secret=OTHER_KEY),
    "empty key": lambda claims: forge.token(claims, secret=""),
    "a key of its own": forge.with_its_own_key,
    "not valid before later": lambda claims: forge.token(claims | {"nbf": int(time.time()) + 60}),
    "unknown type": lambda claims: forge.token(claims | {"type": "admin"}),
    "no type": lambda claims: forge.token(claims | {"type": None}),
    "never expires": lambda claims: forge.token(_without(claims, "exp")),
    "expires at infinity": lambda claims: forge.token(claims | {"exp": float("inf")}),
    "no session": lambda claims: forge.token(_without(claims, "sid")),
    "session is a number": lambda claims: forge.token(claims | {"sid": 1}),
    "session is a list": lambda claims: forge.token(claims | {"sid": [claims["sid"]]}),
    "subject is a number": lambda claims: forge.token(claims | {"sub": 1}),
    "subject is no UUID": lambda claims: forge.token(claims | {"sub": "1"}),
    "payload is a list": lambda claims: forge.token([claims]),
    "longer than any of ours": lambda claims: forge.token(claims | {"email": "a" * 4096}),
}
GARBAGE = {
    "payload nested deeply": forge.nested(2_900),
    "two parts": "a.b",
    "no JWT at all": "letmein",
    "not ASCII": "é.é.é",
}
HEADERS = {
    "scheme alone": ("Bearer", "token_invalid"),
    "other scheme": ("Basic YWRhOnNlY3JldA==", "token_invalid"),
    "only commas": (", ,Bearer x", "token_invalid"),
    "two tokens": ("Bearer a.b.c, Bearer d.e.f", "token_invalid"),
    "empty": ("", "token_missing"),
}


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def _logged_in(api: Api) -> tuple[factories.Person, dict[str, Any]]:
    ada = factories.person()
    answer = api.post("/auth/login", {"email": ada.email, "password": factories.PASSWORD})
    return ada, answer.json


def _rename(api: Api, authorization: str | None) -> TestResponse:
    headers = {} if authorization is None else {"Authorization": authorization}
    return api._send("PATCH", "/users/me", headers=headers, json={"full_name": "Mallory"})


def _assert_refused(answer: TestResponse, code: str) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.mimetype == MEDIA_TYPE
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert set(answer.json) == SHAPE
    assert answer.json["code"] == code


def _assert_no_good(api: Api, ada: factories.Person, token: str, code: str = "token_invalid") -> None:
    before = rows.user(ada.id)
    _assert_refused(_rename(api, f"Bearer {token}"), code)
    assert rows.user(ada.id) == before


@pytest.mark.parametrize("name", FORGED)
def test_case_56_forged_token(api: Api, name: str) -> None:
    ada, pair = _logged_in(api)
    _assert_no_good(api, ada, FORGED[name](forge.claims_of(pair["access_token"])))


@pytest.mark.parametrize("name", GARBAGE)
def test_case_56_garbage(api: Api, name: str) -> None:
    _assert_no_good(api, factories.person(), GARBAGE[name])


def test_case_56_tampered(api: Api) -> None:
    ada, pair = _logged_in(api)
    _assert_no_good(api, ada, forge.with_claims_of(pair["access_token"], role="platform_admin"))


def test_case_56_refresh_token_as_access_token(api: Api) -> None:
    ada, pair = _logged_in(api)
    _assert_no_good(api, ada, pair["refresh_token"])


def test_case_56_expired_a_second_ago(api: Api) -> None:
    ada, pair = _logged_in(api)
    claims = forge.claims_of(pair["access_token"]) | {"exp": int(time.time()) - 1}
    _assert_no_good(api, ada, forge.token(claims), "token_expired")


@pytest.mark.parametrize("name", HEADERS)
def test_case_56_header_is_refused(api: Api, name: str) -> None:
    header, code = HEADERS[name]
    ada, _ = _logged_in(api)
    _assert_refused(_rename(api, header), code)
    assert rows.user(ada.id).full_name != "Mallory"


def test_case_56_no_token(api: Api) -> None:
    _assert_refused(_rename(api, None), "token_missing")


def test_case_56_the_forger_can_forge(api: Api) -> None:
    """The control: with our secret and untouched claims a token made by hand is let in, so the refusals above mean something."""
    ada, pair = _logged_in(api)
    assert _rename(api, f"Bearer {forge.token(forge.claims_of(pair['access_token']))}").status_code == 200
    assert rows.user(ada.id).full_name == "Mallory"


def test_case_72_a_token_of_a_host_whose_clock_is_ahead_is_good(api: Api) -> None:
    _, pair = _logged_in(api)
    ahead = {"iat": int(time.time()) + 300, "exp": int(time.time()) + 1200}
    assert _rename(api, f"Bearer {forge.token(forge.claims_of(pair['access_token']) | ahead)}").status_code == 200


def test_case_56_scheme_in_any_case(api: Api) -> None:
    _, pair = _logged_in(api)
    assert _rename(api, f"bearer {pair['access_token']}").status_code == 200


@pytest.mark.parametrize("kind", ["access", "tampered", "other key", "expired", "garbage"])
def test_case_56_refresh_refuses(api: Api, kind: str) -> None:
    _, pair = _logged_in(api)
    claims = forge.claims_of(pair["refresh_token"])
    shown, code = {
        "access": (pair["access_token"], "token_invalid"),
        "tampered": (forge.with_claims_of(pair["refresh_token"], exp=claims["exp"] + 1), "token_invalid"),
        "other key": (forge.token(claims, secret=OTHER_KEY), "token_invalid"),
        "expired": (forge.token(claims | {"exp": int(time.time()) - 1}), "token_expired"),
        "garbage": ("letmein", "token_invalid"),
    }[kind]
    before = rows.login_session(claims["sid"])
    _assert_refused(api.post("/auth/refresh", {"refresh_token": shown}), code)
    assert rows.login_session(claims["sid"]) == before


ENDINGS = {
    "deleted user": [
        "DELETE FROM sessions WHERE user_id = :user",
        "DELETE FROM known_addresses WHERE user_id = :user",
        "DELETE FROM users WHERE id = :user",
    ],
    "suspended user": ["UPDATE users SET status = 'suspended' WHERE id = :user"],
    "revoked session": ["UPDATE sessions SET revoked_at = clock_timestamp() WHERE user_id = :user"],
    "session over": ["UPDATE sessions SET expires_at = clock_timestamp() WHERE user_id = :user"],
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_case_56_session_has_ended(api: Api, ending: str) -> None:
    ada, pair = _logged_in(api)
    assert api.post("/auth/refresh", {"refresh_token": "x"}).status_code == 401
    for statement in ENDINGS[ending]:
        assert rows.change(statement, user=ada.id) == 1
    _assert_refused(_rename(api, f"Bearer {pair['access_token']}"), "session_ended")
    _assert_refused(api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}), "session_ended")
    assert rows.one("SELECT count(*) AS n FROM users WHERE full_name = 'Mallory'").n == 0


def test_case_56_token_of_another_session(api: Api) -> None:
    """Person and session must belong together even under our own signature."""
    _, pair = _logged_in(api)
    _, other = _logged_in(api)
    claims = forge.claims_of(pair["access_token"]) | {"sid": forge.claims_of(other["access_token"])["sid"]}
    _assert_refused(_rename(api, f"Bearer {forge.token(claims)}"), "session_ended")


def test_claims(api: Api) -> None:
    ada, pair = _logged_in(api)
    access, refresh = forge.claims_of(pair["access_token"]), forge.claims_of(pair["refresh_token"])
    assert set(access) == {"sub", "email", "role", "jti", "sid", "iat", "exp", "type", "fresh"}
    assert (access["sub"], access["email"], access["role"]) == (str(ada.id), ada.email, "guest")
    assert (access["type"], refresh["type"]) == ("access", "refresh")
    assert access["exp"] - access["iat"] == pair["expires_in"] == 900
    assert refresh["exp"] - refresh["iat"] == 7 * 86400
    assert access["sid"] == refresh["sid"]
    assert access["jti"] != refresh["jti"]
    assert str(rows.login_session(access["sid"]).refresh_jti) == refresh["jti"]


def test_decode_access_outside_of_requests(api: Api) -> None:
    ada, pair = _logged_in(api)
    claims = tokens.decode_access(pair["access_token"])
    raw = forge.claims_of(pair["access_token"])
    assert (claims.user_id, str(claims.session_id), claims.expires_at) == (ada.id, raw["sid"], raw["exp"])


@pytest.mark.parametrize("token", [None, 5, "", {"token": "x"}, "\ud800.\ud800.\ud800"])
def test_decode_access_refuses_whatever_a_socket_sends(application: Flask, token: object) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        tokens.decode_access(token)
    assert refusal.value.code == "token_invalid"


def test_token_lives_as_long_as_set(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(access_token_seconds=2)
    _, pair = _logged_in(api)
    assert pair["expires_in"] == 2
    assert _rename(api, f"Bearer {pair['access_token']}").status_code == 200
    time.sleep(max(0.0, forge.claims_of(pair["access_token"])["exp"] - time.time()))
    _assert_refused(_rename(api, f"Bearer {pair['access_token']}"), "token_expired")


LIBRARY = {
    "no token": (library.NoAuthorizationError("x"), "token_missing"),
    "wrong kind": (library.WrongTokenError("x"), "token_invalid"),
    "bad header": (library.InvalidHeaderError("x"), "token_invalid"),
    "no sense": (jwt.DecodeError("x"), "token_invalid"),
    "not fresh": (library.FreshTokenRequired("x", {}, {}), "token_invalid"),
    "claims": (library.UserClaimsVerificationError("x", {}, {}), "token_invalid"),
    "revoked": (library.RevokedTokenError({}, {}), "session_ended"),
    "no user": (library.UserLookupError("x", {}, {}), "session_ended"),
}


@pytest.mark.parametrize("name", LIBRARY)
def test_case_56_the_librarys_own_refusals_have_our_shape(application: Flask, name: str) -> None:
    error, code = LIBRARY[name]
    with application.test_request_context("/api/v1/users/me"):
        response = application.make_response(application.handle_user_exception(error))
        response = application.process_response(response)
    _assert_refused(TestResponse(*_parts(response), request=None), code)


def _parts(response: Any) -> tuple[Any, str, Any]:
    return response.response, response.status, response.headers
