"""Pages of other origins: those that are listed may call the API, the others learn nothing."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.config import Settings
from app.core.cors import METHODS, SENT, SHOWN
from tests.second_app import second_app
from tests.surface import operations

OURS, ALSO_OURS = "https://www.example.com", "http://localhost:3000"
FOREIGN = (
    "https://evil.example",
    "https://www.example.com.evil.example",
    "https://wwwXexample.com",
    "https://example.com",
    "http://www.example.com",
    "https://www.example.com:8443",
    "null",
    "*",
    "https://www.example.com, https://evil.example",
    "https://www.example.com/",
)


@pytest.fixture(scope="module")
def open_to_some(application: Flask) -> Flask:
    """It lists two origins."""
    return second_app(Settings(cors_origins=[OURS, ALSO_OURS]))


@pytest.fixture
def page(open_to_some: Flask) -> FlaskClient:
    return open_to_some.test_client()


def permissions(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("Access-Control-")}


def preflight(
    page: FlaskClient, origin: str, method: str = "POST", headers: str = "", path: str = "/api/v1/bookings"
) -> TestResponse:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return page.options(path, headers=asked)


@pytest.mark.parametrize("origin", [OURS, ALSO_OURS])
@pytest.mark.parametrize("path, status", [("/api/v1/hotels", 200), ("/api/v1/users/me", 401), ("/api/v1/nothing", 404)])
def test_a_listed_origin_may_read_answers_and_refusals(page: FlaskClient, origin: str, path: str, status: int) -> None:
    answer = page.get(path, headers={"Origin": origin})
    assert answer.status_code == status
    assert permissions(answer) == {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": ", ".join(SHOWN),
    }
    assert answer.headers["Vary"] == "Origin"


def test_what_we_tell_in_headers_may_be_read() -> None:
    """Browsers show pages of other origins a handful of headers, and of ours those that are named."""
    assert {"ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "Age", "X-Request-Id"} <= set(SHOWN)
    assert {"Idempotent-Replayed", "WWW-Authenticate", "Deprecation", "Sunset", "Link"} <= set(SHOWN)
    assert sorted(SHOWN) == list(SHOWN)


@pytest.mark.parametrize("method", METHODS)
def test_a_listed_origin_may_send_what_clients_send(page: FlaskClient, method: str) -> None:
    answer = preflight(page, OURS, method, ", ".join(SENT).lower())
    assert answer.status_code == 200
    told = permissions(answer)
    assert told["Access-Control-Allow-Origin"] == OURS
    assert set(told["Access-Control-Allow-Methods"].split(", ")) == set(METHODS)
    assert set(told["Access-Control-Allow-Headers"].split(", ")) == {name.lower() for name in SENT}
    assert told["Access-Control-Max-Age"] == "7200"


def test_and_no_more(page: FlaskClient) -> None:
    told = permissions(preflight(page, OURS, "POST", "authorization, x-anything, cookie"))
    assert told["Access-Control-Allow-Headers"] == "authorization"
    assert "Access-Control-Allow-Methods" not in permissions(preflight(page, OURS, "TRACE"))


def test_every_documented_header_may_be_sent(application: Flask) -> None:
    documented = {
        parameter["name"]
        for operation in operations(application)
        for parameter in operation.said.get("parameters", [])
        if parameter["in"] == "header"
    }
    assert documented <= set(SENT)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_gets_no_header(page: FlaskClient, origin: str) -> None:
    for answer in (page.get("/api/v1/hotels", headers={"Origin": origin}), preflight(page, origin)):
        assert answer.status_code == 200
        assert permissions(answer) == {}
        assert answer.headers["Vary"] == "Origin"


def test_who_is_no_browser_is_told_nothing(page: FlaskClient) -> None:
    assert permissions(page.get("/api/v1/hotels")) == {}


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/docs/", "/readyz"])
def test_only_the_api_is_open(page: FlaskClient, path: str) -> None:
    assert permissions(page.get(path, headers={"Origin": OURS})) == {}


def test_nobody_may_send_cookies(page: FlaskClient) -> None:
    for answer in (page.get("/api/v1/hotels", headers={"Origin": OURS}), preflight(page, OURS)):
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_without_a_list_nothing_is_open(client: FlaskClient) -> None:
    answer = client.get("/api/v1/hotels", headers={"Origin": OURS})
    assert permissions(answer) == {}
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    "odd",
    [
        "*",
        "https://*.example.com",
        r"https://.*\.example\.com",
        "https://www.example.com/",
        "www.example.com",
        "null",
        "http://[::1]",
        "",
        "https://",
        "https://a b",
    ],
)
def test_a_list_of_patterns_is_refused_at_the_start(odd: str) -> None:
    with pytest.raises(ValueError, match="exact origin"):
        Settings(cors_origins=[OURS, odd])
