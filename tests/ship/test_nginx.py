"""nginx for real, from the files that its container gets: what it lets through, what it says itself, what processes are told."""

import json
import uuid
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
import requests

from app.core.request_guard import MAX_BODY
from demo.story.people import PASSWORD, Person
from tests.ship.faults import killed
from tests.ship.front import front
from tests.ship.shipped import Shipped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ELSEWHERE = "127.0.0.2"
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
    """A request as it is written here: no path tidied up; from an address of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30, source_address=(ELSEWHERE, 0))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, None if body is None else json.dumps(body), named)
    return connection.getresponse()


def assert_problem(answer: requests.Response, status: int, code: str) -> None:
    """A problem document as the application writes them."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, "about:blank")
    assert told["request_id"] == answer.headers["X-Request-Id"] != ""
    assert told["title"] == answer.reason


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/metrics/x",
        "/METRICS",
        "/readyz",
        "/readyz?x=1",
        "/flower",
        "/connections",
        "//metrics",
        "/x/../metrics",
        "/%6detrics",
    ],
)
def test_case_75_what_is_ours_alone_is_not_reached_from_outside(shipped: Shipped, path: str) -> None:
    answer = ask(shipped.front.port, "GET", path, X_Forwarded_For="127.0.0.1")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.read())["code"] == "not_found"


def test_everything_else_is(shipped: Shipped) -> None:
    paths = ["/healthz", "/docs/", "/api/v1/openapi.json", "/api/v1/hotels"]
    answers = [requests.get(shipped.front.url + path, timeout=30) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[2].headers["Content-Encoding"] == "gzip"
    assert {answer.headers["Server"] for answer in answers} == {"nginx"}
    assert not any("Strict-Transport-Security" in answer.headers for answer in answers)


def test_the_health_check_of_its_container_works(shipped: Shipped) -> None:
    own = f"http://127.0.0.1:{shipped.front.own_port}"
    assert requests.get(f"{own}/healthz", timeout=10).json() == {"status": "ok"}
    assert "Active connections" in requests.get(f"{own}/connections", timeout=10).text


@pytest.mark.parametrize("size, status", [(MAX_BODY, 422), (MAX_BODY + 1, 413)])
def test_a_body_over_the_cap_is_refused_before_it_reaches_a_process(shipped: Shipped, size: int, status: int) -> None:
    login = f"{shipped.stage.api}/auth/login"
    empty = json.dumps({"email": "someone@example.com", "password": ""})
    body = json.dumps({"email": "someone@example.com", "password": "x" * (size - len(empty))})
    assert len(body) == size
    mine = uuid.uuid4().hex
    headers = {"Content-Type": "application/json", "X-Request-Id": mine}
    answer = requests.post(login, data=body, headers=headers, timeout=30)
    assert answer.status_code == status
    assert (shipped.front.line_of(mine)["upstream"] == "") is (status == 413)
    if status == 413:
        assert_problem(answer, 413, "body_too_large")
        assert answer.json()["instance"] == "/api/v1/auth/login"


def test_so_is_one_that_does_not_tell_its_length(shipped: Shipped) -> None:
    pieces = iter([b"x" * 1024] * 65)
    answer = requests.post(f"{shipped.stage.api}/auth/login", data=pieces, timeout=30)
    assert_problem(answer, 413, "body_too_large")


def test_case_64_long_heads_are_refused_before_they_reach_a_process(shipped: Shipped) -> None:
    url, long = f"{shipped.stage.api}/hotels", "a" * 20_000
    answer = requests.get(url, headers={"X-Long": long}, timeout=30)
    assert_problem(answer, 400, "malformed_request")
    assert requests.get(url + long, timeout=30).status_code == 414
    assert requests.get(url, timeout=30).status_code == 200


def test_what_the_application_says_to_browsers_is_said_once(shipped: Shipped) -> None:
    for path in ("/healthz", "/api/v1/hotels", "/docs/", "/nothing", "/metrics"):
        headers = requests.get(shipped.front.url + path, timeout=30).raw.headers
        assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
        assert len(headers.getlist("Content-Security-Policy")) == (path != "/metrics")


def test_a_client_cannot_tell_where_it_comes_from(shipped: Shipped) -> None:
    """The address of a login is the connection's own. The process itself would have believed the forged one."""
    believed = {}
    guest = Person.registered(shipped.stage)
    for port in (shipped.front.port, shipped.web[0].port):
        headers = FORGED | {"Content-Type": "application/json"}
        answer = ask(port, "POST", "/api/v1/auth/login", {"email": guest.email, "password": PASSWORD}, **headers)
        assert answer.status == 200
        believed[port] = shipped.value("SELECT ip FROM sessions ORDER BY created_at DESC LIMIT 1")
    assert believed == {shipped.front.port: ELSEWHERE, shipped.web[0].port: "203.0.113.9"}


@pytest.mark.parametrize("sent, kept", [("story-7.b_2", True), ('odd"name', False), ("x" * 129, False)])
def test_a_request_keeps_its_name(shipped: Shipped, sent: str, kept: bool) -> None:
    answer = requests.get(f"{shipped.stage.api}/hotels/nowhere", headers={"X-Request-Id": sent}, timeout=30)
    named = answer.headers["X-Request-Id"]
    assert (named == sent) is kept
    assert answer.json()["request_id"] == named
    line = shipped.front.line_of(named)
    assert (line["status"], line["path"]) == (404, "/api/v1/hotels/nowhere")


def test_without_any_process_behind_it_says_so_as_a_problem(shipped: Shipped) -> None:
    with killed(shipped.web[0]), killed(shipped.web[1]):
        for method in ("GET", "POST"):
            answer = requests.request(method, f'{shipped.stage.api}/hotels/"quoted', timeout=30)
            assert_problem(answer, 502, "unavailable")
            assert answer.headers["Retry-After"] == "2"
            assert answer.json()["instance"] == "/"
    assert requests.get(f"{shipped.stage.api}/hotels", timeout=30).status_code == 200


def test_a_flood_from_one_address_is_dammed(shipped: Shipped) -> None:
    with front(*shipped.behind, NGINX_REQUESTS="3") as narrow:
        answers = [requests.get(f"{narrow.url}/healthz", timeout=30) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert 10 <= len(refused) <= 17
    for answer in refused:
        assert_problem(answer, 429, "too_many_requests")
        assert answer.headers["Retry-After"] == "2"


def test_connections_of_one_address_are_counted(shipped: Shipped) -> None:
    with front(*shipped.behind, NGINX_CONNECTIONS="1") as narrow:
        handshake = requests.get(f"{narrow.url}/socket.io/?EIO=4&transport=polling", timeout=30)
        assert handshake.status_code == 200
        sid = json.loads(handshake.text[1:])["sid"]
        waiting = HTTPConnection("127.0.0.1", narrow.port, timeout=30)
        waiting.request("GET", f"/socket.io/?EIO=4&transport=polling&sid={sid}")
        assert_problem(requests.get(f"{narrow.url}/healthz", timeout=30), 429, "too_many_requests")
        waiting.close()
