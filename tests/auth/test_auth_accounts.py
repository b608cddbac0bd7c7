"""Registering, logging in, logging out, and being oneself."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import factories
from tests.api import PREFIX, Api
from tests.auth import rows

ADA = {
    "email": "Ada.Obi@Example.com",
    "password": "a long enough one",
    "full_name": "Ada Obi",
    "phone": "0803 123 4567",
    "accepted_terms": True,
}


def _login(api: Api, email: str, password: str = factories.PASSWORD) -> TestResponse:
    return api.post("/auth/login", {"email": email, "password": password})


def _wordless(answer: TestResponse) -> dict[str, Any]:
    return {name: value for name, value in answer.json.items() if name != "request_id"}


def test_register(api: Api) -> None:
    answer = api.post("/auth/register", ADA)
    assert answer.status_code == 201
    row = rows.one("SELECT * FROM users")
    assert answer.json == {
        "id": str(row.id),
        "email": "ada.obi@example.com",
        "full_name": "Ada Obi",
        "phone": "+2348031234567",
        "role": "guest",
        "memberships": [],
        "email_verified": False,
        "marketing": False,
    }
    assert (row.email, row.phone, row.role, row.status) == ("ada.obi@example.com", "+2348031234567", "guest", "active")
    assert row.password_hash.startswith("$argon2id$v=19$m=64,t=3,p=1$")
    assert rows.count("sessions") == 0
    assert _login(api, ADA["email"], ADA["password"]).status_code == 200


INVALID: list[tuple[str, Any]] = [
    ("email", "ada"),
    ("email", "ada@localhost"),
    ("email", ""),
    ("email", None),
    ("email", "a" * 250 + "@example.com"),
    ("email", "ada\r\nBcc: x@example.com"),
    ("password", "nine char"),
    ("password", "a" * 129),
    ("password", 1234567890),
    ("password", None),
    ("full_name", ""),
    ("full_name", " \n "),
    ("full_name", "a" * 121),
    ("full_name", "Ada\u0000Obi"),
    ("phone", "12"),
    ("phone", "letters"),
    ("phone", "+1 555"),
    ("phone", "0803 123 45678"),
    ("phone", "1" * 5000),
    ("phone", 8031234567),
    ("accepted_terms", False),
    ("accepted_terms", None),
    ("accepted_terms", 1),
    ("accepted_terms", "true"),
    ("marketing", 0),
    ("marketing", "false"),
    ("marketing", None),
]


@pytest.mark.parametrize("field, value", INVALID)
def test_register_refuses(api: Api, field: str, value: Any) -> None:
    answer = api.post("/auth/register", ADA | {field: value})
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")
    assert list(answer.json["errors"]["json"]) == [field]
    assert rows.count("users") == 0


@pytest.mark.parametrize("field", ["email", "password", "full_name", "accepted_terms"])
def test_register_needs(api: Api, field: str) -> None:
    answer = api.post("/auth/register", {name: value for name, value in ADA.items() if name != field})
    assert answer.status_code == 422
    assert list(answer.json["errors"]["json"]) == [field]
    assert rows.count("users") == 0


@pytest.mark.parametrize("length, status", [(9, 422), (10, 201), (128, 201), (129, 422)])
def test_register_password_bounds(api: Api, length: int, status: int) -> None:
    assert api.post("/auth/register", ADA | {"password": "p" * length}).status_code == status


@pytest.mark.parametrize("phone", [None, "absent"])
def test_register_without_phone(api: Api, phone: str | None) -> None:
    body: dict[str, Any] = ADA | {"phone": None}
    if phone == "absent":
        del body["phone"]
    assert api.post("/auth/register", body).json["phone"] is None


def test_register_makes_a_name_one_line(api: Api) -> None:
    """Names go into headings of mails."""
    assert api.post("/auth/register", ADA | {"full_name": "Ada\r\n  Obi "}).json["full_name"] == "Ada Obi"


@pytest.mark.parametrize("password", [" ten spaces around ", "тест-пароль-один", "nul\u0000in the middle"])
def test_register_takes_passwords_as_they_are(api: Api, password: str) -> None:
    assert api.post("/auth/register", ADA | {"password": password}).status_code == 201
    assert _login(api, ADA["email"], password).status_code == 200
    assert _login(api, ADA["email"], password.strip() + "x").status_code == 401


@pytest.mark.parametrize(
    "member", ["role", "status", "id", "is_admin", "email_verified_at", "password_hash", "memberships"]
)
def test_case_63_register_assigns_nothing_by_the_way(api: Api, member: str) -> None:
    answer = api.post("/auth/register", ADA | {member: "platform_admin"})
    assert answer.status_code == 422
    assert answer.json["errors"]["json"] == {member: ["Unknown field."]}
    assert rows.count("users") == 0


def test_register_same_email_in_other_case(api: Api) -> None:
    assert api.post("/auth/register", ADA).status_code == 201
    again = api.post("/auth/register", ADA | {"email": "ADA.OBI@EXAMPLE.COM", "full_name": "Somebody Else"})
    assert (again.status_code, again.json["code"]) == (409, "email_taken")
    assert rows.one("SELECT full_name FROM users").full_name == "Ada Obi"


def test_register_twice_at_once(application: Flask) -> None:
    emails = ["ada.obi@example.com", "ADA.OBI@example.com"] * 2
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda email: Api(application).post("/auth/register", ADA | {"email": email}), emails))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert rows.count("users") == 1


def test_login(api: Api) -> None:
    ada = factories.person(phone=None)
    headers = {"User-Agent": "Tests/1.0 " + "x" * 400}
    answer = api._send(
        "POST", "/auth/login", headers=headers, json={"email": ada.email, "password": factories.PASSWORD}
    )
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    assert answer.json["user"] == api.as_(ada).get("/users/me").json
    assert answer.headers["Cache-Control"] == "no-store"
    row = rows.one("SELECT * FROM sessions ORDER BY id LIMIT 1")
    assert (row.user_id, row.ip, len(row.user_agent)) == (ada.id, "127.0.0.1", 300)


@pytest.mark.parametrize(
    "stored, typed", [("Ada@Example.com", "ada@example.com"), ("ada@example.com", " ADA@EXAMPLE.COM ")]
)
def test_login_email_in_other_case(api: Api, stored: str, typed: str) -> None:
    factories.person(email=stored)
    assert _login(api, typed).status_code == 200


def test_login_says_the_same_to_known_and_unknown(api: Api) -> None:
    ada = factories.person()
    suspended = factories.person(status="suspended")
    answers = [_login(api, email, "wrong-password-1") for email in (ada.email, suspended.email, "nobody@example.com")]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert _wordless(answers[0]) == _wordless(answers[1]) == _wordless(answers[2])
    assert answers[0].json["code"] == "bad_credentials"
    assert rows.count("sessions") == 0


@pytest.mark.parametrize("password", ["", "x" * 129, None])
def test_login_refuses_what_can_be_no_password(api: Api, password: str | None) -> None:
    answer = _login(api, factories.person().email, password)
    assert (answer.status_code, list(answer.json["errors"]["json"])) == (422, ["password"])


def test_login_suspended(api: Api) -> None:
    answer = _login(api, factories.person(status="suspended").email)
    assert (answer.status_code, answer.json["code"]) == (403, "account_suspended")
    assert rows.count("sessions") == 0


def test_login_refuses_unknown_members(api: Api) -> None:
    body = {"email": factories.person().email, "password": factories.PASSWORD, "role": "platform_admin"}
    answer = api.post("/auth/login", body)
    assert (answer.status_code, answer.json["errors"]["json"]) == (422, {"role": ["Unknown field."]})


def test_login_replaces_an_outdated_hash_once(api: Api) -> None:
    ada = factories.person()
    before = rows.user(ada.id).password_hash
    assert "t=1," in before
    assert _login(api, ada.email).status_code == 200
    after = rows.user(ada.id).password_hash
    assert "t=3," in after
    assert _login(api, ada.email).status_code == 200
    assert rows.user(ada.id).password_hash == after


def test_login_statements(api: Api, count_statements: Callable[[], Any]) -> None:
    ada = factories.person()
    _login(api, ada.email)
    with count_statements() as statements:
        assert _login(api, ada.email).status_code == 200
    assert len(statements) == 5, str(statements)


def test_logout(api: Api) -> None:
    ada = factories.person()
    pair, elsewhere = _login(api, ada.email).json, _login(api, ada.email).json
    mine = Api(api.app, pair["access_token"])
    out = mine.post("/auth/logout")
    assert (out.status_code, out.data) == (204, b"")
    assert rows.one("SELECT revoked_reason FROM sessions WHERE revoked_at IS NOT NULL").revoked_reason == "logout"
    assert mine.get("/users/me").json["code"] == "session_ended"
    assert mine.post("/auth/logout").status_code == 401
    assert api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}).json["code"] == "session_ended"
    assert Api(api.app, elsewhere["access_token"]).get("/users/me").status_code == 200


def test_logout_without_token(api: Api) -> None:
    _login(api, factories.person().email)
    assert api.post("/auth/logout").json["code"] == "token_missing"
    assert rows.one("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL").n == 1


def _token_form(application: Flask, **form: str) -> TestResponse:
    return application.test_client().post(f"{PREFIX}/auth/token", data=form)


def test_token_by_form(application: Flask, api: Api) -> None:
    ada = factories.person()
    form = {"grant_type": "password", "username": ada.email.upper(), "password": factories.PASSWORD}
    answer = _token_form(application, scope="", client_id="swagger", **form)
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert Api(application, answer.json["access_token"]).get("/users/me").json["id"] == str(ada.id)


def test_token_refuses(application: Flask) -> None:
    ada = factories.person()
    wrong = _token_form(application, grant_type="password", username=ada.email, password="wrong-password")
    assert (wrong.status_code, wrong.json["code"]) == (401, "bad_credentials")
    other = _token_form(application, grant_type="client_credentials", username=ada.email, password=factories.PASSWORD)
    assert (other.status_code, list(other.json["errors"]["form"])) == (422, ["grant_type"])
    assert rows.count("sessions") == 0


def test_other_routes_take_json_alone(application: Flask) -> None:
    form = {"email": factories.person().email, "password": factories.PASSWORD}
    answer = application.test_client().post(f"{PREFIX}/auth/login", data=form)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_me_with_memberships(api: Api) -> None:
    hotel = factories.hotel()
    staff = factories.member(hotel.id, "hotel_staff")
    me = api.as_(staff).get("/users/me")
    assert me.status_code == 200
    assert me.json["role"] == "hotel_staff"
    assert me.json["memberships"] == [{"hotel_id": str(hotel.id), "role": "hotel_staff"}]
    told = {"id", "email", "full_name", "phone", "role", "memberships", "email_verified", "marketing"}
    assert set(me.json) == told


def test_change_me(api: Api) -> None:
    ada, other = factories.person(), factories.person()
    before = rows.user(other.id)
    changed = api.as_(ada).patch("/users/me", {"full_name": " Ada  Eze ", "phone": "+44 20 7946 0958"})
    assert changed.status_code == 200
    assert (changed.json["full_name"], changed.json["phone"]) == ("Ada Eze", "+442079460958")
    row = rows.user(ada.id)
    assert (row.full_name, row.phone) == ("Ada Eze", "+442079460958")
    assert row.updated_at > row.created_at
    assert rows.user(other.id) == before


def test_change_me_in_part(api: Api) -> None:
    ada = factories.person()
    me = api.as_(ada)
    name = rows.user(ada.id).full_name
    assert me.patch("/users/me", {"phone": None}).json["phone"] is None
    assert me.patch("/users/me", {}).json == me.get("/users/me").json
    assert (rows.user(ada.id).full_name, rows.user(ada.id).phone) == (name, None)


@pytest.mark.parametrize("member", ["role", "status", "email", "id", "password", "is_admin"])
def test_case_63_change_me_assigns_nothing_by_the_way(api: Api, member: str) -> None:
    ada = factories.person()
    me = api.as_(ada)
    before = rows.user(ada.id)
    answer = me.patch("/users/me", {"full_name": "Mallory", member: "platform_admin"})
    assert (answer.status_code, answer.json["errors"]["json"]) == (422, {member: ["Unknown field."]})
    assert rows.user(ada.id) == before


@pytest.mark.parametrize("body", [{"full_name": None}, {"full_name": ""}, {"phone": "12"}, {"phone": ""}])
def test_change_me_refuses(api: Api, body: dict[str, Any]) -> None:
    ada = factories.person()
    me = api.as_(ada)
    before = rows.user(ada.id)
    assert me.patch("/users/me", body).status_code == 422
    assert rows.user(ada.id) == before
