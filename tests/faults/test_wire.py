"""Case 64 below HTTP libraries: requests as no honest client writes them, to the server itself. It answers, or hangs up, and serves on."""

import json
import socket
from urllib.parse import urlsplit

import pytest
import requests

from tests.faults.running import Running

pytestmark = pytest.mark.timeout(120)

LOGIN = "/api/v1/auth/login"
BODY = json.dumps({"email": "nobody@example.com", "password": "correct-horse-battery"})
KIB = 1024


def head(*lines: str, method: str = "POST", path: str = LOGIN) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", ""]).encode(
        "latin-1"
    )


def with_body(*lines: str, body: str = BODY) -> bytes:
    return head(*lines, f"Content-Length: {len(body)}") + body.encode()


def chunked(*lines: str, body: str = BODY, te: str = "chunked") -> bytes:
    return head(*lines, f"Transfer-Encoding: {te}") + f"{len(body):x}\r\n{body}\r\n0\r\n\r\n".encode()


JSON = "Content-Type: application/json"
# name: the request, and the statuses that may come; None: no answer, for it waits for the rest, or has hung up.
REQUESTS: dict[str, tuple[bytes, set[int | None]]] = {
    "the control": (with_body(JSON), {401}),
    "the control in pieces": (chunked(JSON), {401}),
    "two types": (with_body("Content-Type: text/plain", JSON), {415}),
    "two types, ours first": (with_body(JSON, "Content-Type: text/plain"), {401, 415}),
    "pieces of text": (chunked("Content-Type: text/plain"), {415}),
    "pieces without a type": (chunked(), {415}),
    "a length and pieces": (with_body(JSON, "Transfer-Encoding: chunked"), {400}),
    "two lengths": (with_body(JSON, "Content-Length: 5"), {400}),
    "a length that is none": (head(JSON, "Content-Length: many"), {400}),
    "a length below nothing": (head(JSON, "Content-Length: -1"), {400}),
    "a length beyond all": (head(JSON, "Content-Length: 99999999999999999999999"), {400}),
    "a length that is too much": (head(JSON, f"Content-Length: {KIB * KIB}"), {413}),
    "packed on the way": (chunked(JSON, te="gzip, chunked"), {400, 415}),
    "a piece that is none": (head(JSON, "Transfer-Encoding: chunked") + b"zz\r\n", {400}),
    "a header of 1 MiB": (head(f"X-Long: {'a' * KIB * KIB}", method="GET", path="/healthz"), {400, 431, None}),
    "a path of 1 MiB": (head(method="GET", path=f"/{'a' * KIB * KIB}"), {400, 414, 431, None}),
    "500 headers": (head(*(f"X-{n}: 1" for n in range(500)), method="GET", path="/healthz"), {400, 431}),
    "a NUL in a header": (head("X-Odd: a\0b", method="GET", path="/healthz"), {400}),
    "a line within a line": (head("X-Odd: a\nX-Evil: b", method="GET", path="/healthz"), {200, 400}),
    "another version": (b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n", {400, 505}),
    "HTTP/2 without a word before": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", {400, 505, None}),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400, None}),
}


def status_of(running: Running, request: bytes) -> int | None:
    place = urlsplit(running.stage.api)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=5) as wire:
        try:
            wire.sendall(request)
            told = wire.makefile("rb").readline()
        except (ConnectionError, TimeoutError):
            return None
    return int(told.split()[1]) if told.startswith(b"HTTP/1.1 ") else None


@pytest.mark.parametrize("name", REQUESTS)
def test_case_64_odd_requests_are_answered_or_dropped(running: Running, name: str) -> None:
    request, statuses = REQUESTS[name]
    assert status_of(running, request) in statuses
    assert requests.get(running.stage.api.replace("/api/v1", "/healthz"), timeout=10).status_code == 200


@pytest.mark.parametrize("how", ["Content-Length: 20", "Transfer-Encoding: chunked"])
def test_a_request_whose_client_vanishes_has_no_effect(running: Running, how: str) -> None:
    """What has come of its body is nothing, and nothing would be an empty object, with which a booking can be cancelled."""
    stay = running.book()
    token = f"Authorization: {stay.guest.http.headers['Authorization']!s}"
    request = head(JSON, how, token, "Idempotency-Key: vanished", path=f"/api/v1/bookings/{stay.id}/cancel")
    place = urlsplit(running.stage.api)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=5) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        assert wire.makefile("rb").readline().split()[1:2] in ([b"400"], [])
    assert running.status(stay) == "pending_payment"
