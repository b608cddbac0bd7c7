"""Who may come in: every kind of person at every kind of door, on an application of three routes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.auth import guard
from app.auth.blueprint import Blueprint
from app.auth.models import Role
from app.core import problem, request_guard
from app.core.api import ProblemApi
from app.core.schema import Schema, Text
from tests import factories
from tests.api import Api
from tests.auth import rows

DOORS = ("anybody", "people", "staff", "hotel-admins", "platform")
ADMITTED = {
    "stranger": {"anybody"},
    "guest": {"anybody", "people"},
    "hotel_staff": {"anybody", "people", "staff"},
    "hotel_admin": {"anybody", "people", "staff", "hotel-admins"},
    "platform_admin": set(DOORS),
}
EITHER: list[dict[str, list[str]]] = [{"bearer": []}, {"oauth2": []}]


class Note(Schema):
    text = Text(10, required=True)


def _doors() -> Blueprint:
    blp = Blueprint("doors", __name__, url_prefix="/api/v1")

    @blp.get("/anybody")
    @blp.login_optional
    def anybody() -> dict[str, str | None]:
        person = guard.principal_or_none()
        return {"email": person.email if person else None}

    @blp.get("/people")
    @blp.login_required
    def people() -> dict[str, str]:
        assert guard.principal() is guard.principal()
        return {"email": guard.principal().email}

    @blp.post("/notes")
    @blp.login_required
    @blp.arguments(Note)
    def notes(body: dict[str, str]) -> dict[str, str]:
        return body

    for path, role in (
        ("staff", Role.HOTEL_STAFF),
        ("hotel-admins", Role.HOTEL_ADMIN),
        ("platform", Role.PLATFORM_ADMIN),
    ):
        blp.get(f"/{path}", endpoint=path)(blp.login_required(role)(lambda: {"email": guard.principal().email}))
    return blp


@pytest.fixture
def house(application: Flask) -> Flask:
    app = Flask("doors")
    app.config |= {"API_TITLE": "Doors", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}
    request_guard.register(app)
    problem.register(app)
    api = ProblemApi(app)
    api.register_blueprint(_doors())
    app.extensions["api"] = api
    return app


def _token(api: Api, kind: str) -> str | None:
    if kind == "stranger":
        return None
    if kind.startswith("hotel_"):
        return api.as_(factories.member(factories.hotel().id, kind)).token
    return api.as_(factories.person(role=kind)).token


@pytest.mark.parametrize("kind", ADMITTED)
def test_who_may_come_in(house: Flask, api: Api, kind: str) -> None:
    token = _token(api, kind)
    refusal = (401, "token_missing") if token is None else (403, "forbidden")
    for door in DOORS:
        answer = Api(house, token).get(f"/{door}")
        if door in ADMITTED[kind]:
            assert answer.status_code == 200, (door, answer.text)
            assert (answer.json["email"] is None) == (kind == "stranger")
        else:
            assert (answer.status_code, answer.json["code"]) == refusal, door


def test_strongest_word_counts(house: Flask, api: Api) -> None:
    someone = factories.member(factories.hotel().id, "hotel_staff")
    elsewhere = factories.hotel().id
    rows.change(
        "INSERT INTO hotel_members (hotel_id, user_id, role) VALUES (:h, :u, 'hotel_admin')", h=elsewhere, u=someone.id
    )
    me = api.as_(someone)
    assert me.get("/users/me").json["role"] == "hotel_admin"
    assert Api(house, me.token).get("/hotel-admins").status_code == 200


def test_a_membership_ends_at_once(house: Flask, api: Api) -> None:
    """Membership is read from the database, whatever the token says."""
    someone = factories.member(factories.hotel().id, "hotel_admin")
    me = Api(house, api.as_(someone).token)
    assert me.get("/staff").status_code == 200
    rows.change("DELETE FROM hotel_members WHERE user_id = :u", u=someone.id)
    assert me.get("/staff").status_code == 403


def test_optional_login_refuses_a_bad_token(house: Flask) -> None:
    answer = Api(house, "letmein").get("/anybody")
    assert (answer.status_code, answer.json["code"]) == (401, "token_invalid")


def test_strangers_hear_401_before_422(house: Flask, api: Api) -> None:
    assert Api(house).post("/notes", {"wrong": 1}).status_code == 401
    someone = Api(house, _token(api, "guest"))
    assert someone.post("/notes", {"wrong": 1}).status_code == 422
    assert someone.post("/notes", {"text": "hello"}).json == {"text": "hello"}


def test_login_below_arguments_is_a_mistake_of_ours() -> None:
    blp = Blueprint("wrong", __name__)

    with pytest.raises(TypeError, match="stands above arguments"):

        @blp.arguments(Note)
        @blp.login_required
        def view(body: dict[str, str]) -> None: ...


@pytest.mark.parametrize("door, statements_expected", [("people", 1), ("staff", 1), ("anybody", 1)])
def test_authentication_is_one_statement(
    house: Flask, api: Api, count_statements: Callable[[], Any], door: str, statements_expected: int
) -> None:
    me = Api(house, _token(api, "hotel_admin"))
    with count_statements() as statements:
        assert me.get(f"/{door}").status_code == 200
    assert len(statements) == statements_expected, str(statements)


def test_me_is_one_statement_and_a_bad_token_none(api: Api, count_statements: Callable[[], Any]) -> None:
    me = api.as_(factories.person())
    with count_statements() as statements:
        assert me.get("/users/me").status_code == 200
    assert len(statements) == 1, str(statements)
    with count_statements() as statements:
        assert Api(api.app, "letmein").get("/users/me").status_code == 401
    assert len(statements) == 0, str(statements)


def test_claimed_user_id_asks_no_database(api: Api, count_statements: Callable[[], Any]) -> None:
    ada = factories.person()
    token = api.as_(ada).token
    with count_statements() as statements:
        for header, expected in ((f"Bearer {token}", ada.id), ("Bearer letmein", None), ("", None)):
            with api.app.test_request_context(headers={"Authorization": header}):
                assert guard.claimed_user_id() == expected
    assert len(statements) == 0


def test_works_at(api: Api) -> None:
    mine, other = factories.hotel().id, factories.hotel().id
    token = api.as_(factories.member(mine, "hotel_staff")).token
    with api.app.test_request_context(headers={"Authorization": f"Bearer {token}"}):
        person = guard.principal()
    assert (person.works_at(mine), person.works_at(other), person.is_platform_admin) == (True, False, False)


def test_doors_are_documented(house: Flask) -> None:
    paths = house.extensions["api"].spec.to_dict()["paths"]
    assert paths["/api/v1/people"]["get"]["security"] == EITHER
    assert paths["/api/v1/anybody"]["get"]["security"] == [{}, *EITHER]
    assert {"401"} == set(paths["/api/v1/people"]["get"]["responses"]) & {"401", "403"}
    for door in ("staff", "hotel-admins", "platform"):
        responses = paths[f"/api/v1/{door}"]["get"]["responses"]
        assert {"401", "403"} <= set(responses)
        assert list(responses["403"]["content"]) == [problem.MEDIA_TYPE]


def test_auth_routes_are_documented(api: Api) -> None:
    paths = api.get("/openapi.json").json["paths"]
    secured = {
        (path, method)
        for path, operations in paths.items()
        if path.startswith(("/api/v1/auth", "/api/v1/users"))
        for method, operation in operations.items()
        if "security" in operation
    }
    assert secured == {
        ("/api/v1/auth/email/verify/resend", "post"),
        ("/api/v1/auth/logout", "post"),
        ("/api/v1/auth/logout-all", "post"),
        ("/api/v1/users/me", "get"),
        ("/api/v1/users/me", "patch"),
        ("/api/v1/users/me/email", "post"),
        ("/api/v1/users/me/erase", "post"),
        ("/api/v1/users/me/password", "post"),
        ("/api/v1/users/me/sessions", "get"),
        ("/api/v1/users/me/sessions/{session_id}", "delete"),
    }
    assert list(paths["/api/v1/auth/token"]["post"]["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]
    assert set(paths["/api/v1/auth/refresh"]["post"]["responses"]) >= {"200", "401", "409", "422"}
