"""Routes on their way out, on a small application: what clients and the document are told."""

from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView

from app.auth.blueprint import Blueprint
from app.core import problem
from app.core.api import ProblemApi
from app.core.errors import NotFound
from app.core.retirement import Retirement
from app.core.schema import Schema, Text

SINCE, SUNSET = date(2026, 11, 1), date(2027, 5, 1)
TOLD = {"Deprecation": "@1793491200", "Sunset": "Sat, 01 May 2027 00:00:00 GMT"}


class Note(Schema):
    text = Text(10, required=True)


def _things() -> Blueprint:
    blp = Blueprint("things", __name__, url_prefix="/api/v1/things", description="Things")

    @blp.get("/<thing_id>")
    @blp.deprecated(since=SINCE, sunset=SUNSET, successor="/api/v2/things/{thing_id}")
    @blp.response(200)
    def old(thing_id: str) -> dict[str, str]:
        """An old route

        With words of its own.
        """
        if thing_id == "none":
            raise NotFound
        return {"id": thing_id}

    @blp.get("")
    def new() -> dict[str, str]:
        """A living one"""
        return {}

    @blp.route("/notes")
    class Notes(MethodView):
        @blp.deprecated(since=SINCE, sunset=SUNSET, successor="/api/v2/notes")
        @blp.login_required
        @blp.arguments(Note)
        def post(self, body: dict[str, str]) -> dict[str, str]:
            """An old one of a class"""
            return body

        def get(self) -> dict[str, str]:
            """Its living neighbour"""
            return {}

    return blp


@pytest.fixture(scope="module")
def house() -> Flask:
    app = Flask("things")
    app.config |= {"API_TITLE": "Things", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}
    problem.register(app)
    api = ProblemApi(app)
    api.register_blueprint(_things())
    app.extensions["api"] = api
    return app


def said(house: Flask, path: str, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = house.extensions["api"].spec.to_dict()["paths"][path][method]
    return operation


def test_an_answer_says_since_when_until_when_and_what_comes(house: Flask) -> None:
    answer = house.test_client().get("/api/v1/things/7")
    assert (answer.status_code, answer.json) == (200, {"id": "7"})
    assert TOLD.items() <= dict(answer.headers).items()
    assert answer.headers["Link"] == '</api/v2/things/7>; rel="successor-version"'
    assert parsedate_to_datetime(answer.headers["Sunset"]).timestamp() > int(answer.headers["Deprecation"][1:])


@pytest.mark.parametrize("method, path, status", [("get", "/none", 404), ("post", "/notes", 401)])
def test_so_does_a_refusal(house: Flask, method: str, path: str, status: int) -> None:
    answer = house.test_client().open(f"/api/v1/things{path}", method=method, json={})
    assert answer.status_code == status
    assert TOLD.items() <= dict(answer.headers).items()


def test_what_is_in_the_path_cannot_end_the_link(house: Flask) -> None:
    answer = house.test_client().get('/api/v1/things/a%3E%3B%20rel="next"%0D%0AX-Evil:%201')
    assert answer.headers["Link"].endswith('%20rel%3D%22next%22%0D%0AX-Evil%3A%201>; rel="successor-version"')
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/things", "/api/v1/things/notes"])
def test_its_neighbours_say_nothing(house: Flask, path: str) -> None:
    answer = house.test_client().get(path)
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers.keys())


def test_the_document_marks_it_and_keeps_its_words(house: Flask) -> None:
    old = said(house, "/api/v1/things/{thing_id}", "get")
    assert (old["deprecated"], old["summary"], old["description"]) == (True, "An old route", "With words of its own.")
    assert (old["x-deprecated-since"], old["x-sunset"]) == ("2026-11-01", "2027-05-01")
    assert old["x-successor"] == "/api/v2/things/{thing_id}"
    assert said(house, "/api/v1/things/notes", "post")["deprecated"] is True
    assert "deprecated" not in said(house, "/api/v1/things", "get")
    assert "deprecated" not in said(house, "/api/v1/things/notes", "get")


def test_nothing_goes_before_it_was_deprecated() -> None:
    with pytest.raises(ValueError, match="before it goes"):
        Retirement(SUNSET, SINCE, "/api/v2/things")
