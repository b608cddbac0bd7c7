"""What every answer tells browsers and caches, whatever became of the request."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from app.config import Settings
from app.core.response_headers import ALWAYS
from tests import factories
from tests.api import Api
from tests.second_app import second_app
from tests.surface import operations, world

PAGES = ("/docs/", "/api/v1/payments/return?reference=none")
STRICT = "Strict-Transport-Security"


def kinds_of_answers(app: Flask) -> Iterator[TestResponse]:
    client = app.test_client()
    yield client.get("/api/v1/hotels")  # 200
    yield client.options("/api/v1/hotels")
    yield client.get("/api/v1/users/me")  # 401
    yield client.get("/nothing")  # 404
    yield client.delete("/api/v1/hotels")  # 405
    yield client.post("/api/v1/auth/login", data="{", content_type="application/json")  # 400
    yield client.post("/api/v1/auth/login", data="x", content_type="text/plain")  # 415
    yield client.post("/api/v1/auth/login", data="x" * 70_000)  # 413
    yield client.post("/api/v1/auth/login", json={})  # 422
    yield client.get("/healthz")
    yield client.get("/api/v1/openapi.json")
    yield client.get("/docs/swagger-ui.css")


def test_every_answer_has_them(application: Flask) -> None:
    told = list(kinds_of_answers(application))
    assert sorted({answer.status_code for answer in told}) == [200, 400, 401, 404, 405, 413, 415, 422]
    for answer in told:
        assert ALWAYS.items() <= dict(answer.headers).items(), answer.status
        assert [name for name, _ in answer.headers if name in ALWAYS] == list(ALWAYS), answer.status
        assert STRICT not in answer.headers


def test_so_has_one_that_nobody_expected(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(application.view_functions, "health.alive", broken)
    answer = application.test_client().get("/healthz")
    assert answer.status_code == 500
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_keeps_what_is_somebodys(application: Flask) -> None:
    """Every route: what a guest is told, what changes something, and every refusal."""
    here = world(application)
    for operation in operations(application):
        if not operation.path.endswith("/logout"):
            assert here.send(operation, json=None).headers["Cache-Control"] == "no-store", str(operation)


def test_what_is_everybodys_may_be_kept(client: FlaskClient) -> None:
    for path in ("/api/v1/hotels", "/api/v1/openapi.json", "/healthz"):
        assert "Cache-Control" not in client.get(path).headers
        mine = client.get(path, headers={"Booking-Token": "x"})
        assert mine.headers["Cache-Control"] == "no-store"
    assert client.get("/docs/index.css").headers["Cache-Control"] == "no-cache"  # the library's own word


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_what_they_are_made_of_and_nothing_else(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.mimetype == "text/html"
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert policy[name] == "'none'"
    assert "unsafe-eval" not in str(policy)
    assert "'unsafe-inline'" not in policy.get("script-src", "")
    for script in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert not re.search(r"<script(?! src)(?!>)|\son\w+=", answer.text)
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_page_of_ours_is_not_changed_by_what_a_request_calls_us(client: FlaskClient) -> None:
    pages = [client.get("/docs/", headers={"Host": host}).text for host in ("localhost", "evil.example")]
    assert pages[0] == pages[1]


@pytest.fixture(scope="module")
def in_production(application: Flask) -> Flask:
    """One with production's settings."""
    secrets = {"secret_key": SecretStr("p" * 40), "paystack_secret_key": SecretStr("sk_live_of_production")}
    return second_app(Settings(environment="production", trusted_proxies=1, **secrets))


class TestTls:
    def test_in_production_browsers_come_back_by_tls(self, in_production: Flask) -> None:
        for path in ("/healthz", "/nothing"):
            answer = in_production.test_client().get(path, headers={"X-Forwarded-Proto": "https"})
            assert answer.headers[STRICT] == "max-age=31536000"

    def test_what_came_without_it_is_not_told(self, in_production: Flask) -> None:
        """RFC 6797, section 7.2."""
        assert STRICT not in in_production.test_client().get("/healthz").headers


def test_a_view_may_say_it_better(application: Flask, api: Api) -> None:
    answer = api.as_(factories.person()).get(
        "/hotels/search", lat=6.4, lon=3.4, check_in="2030-01-01", check_out="2030-01-02"
    )
    assert answer.headers.getlist("Cache-Control") == ["no-store"]
