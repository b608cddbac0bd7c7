"""The way out to vendors, against a server that answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.core.breaker import Breaker
from app.core.db import transaction
from app.core.http_client import Answer, HttpClient, NoAnswer, Resting

OK = (200, "application/json", b'{"status": true}')
REST = 0.15


@dataclass
class Vendor:
    """`answers` are given in turn, the last one for ever; `heard` is what came in."""

    url: str = ""
    answers: list[tuple[int, str, bytes]] = field(default_factory=lambda: [OK])
    heard: list[dict[str, Any]] = field(default_factory=list)
    slow: float = 0

    def next(self) -> tuple[int, str, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    told = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.heard.append(
                {"method": self.command, "path": self.path, "key": self.headers.get("Authorization"), "body": body}
            )
            time.sleep(told.slow)
            status, media, answer = told.next()
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(answer)))
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield told
    server.shutdown()
    server.server_close()


def client(url: str) -> HttpClient:
    made = HttpClient("vendor", url, {"Authorization": "Bearer k"}, (0.5, 0.5))
    made.breaker = Breaker(5, REST)
    return made


def test_what_is_sent_and_what_comes_back(vendor: Vendor) -> None:
    vendor.answers = [(404, "application/json", b'{"message": "unknown"}')]
    answer = client(vendor.url + "/").send("POST", "/pay", json={"amount": 5}, query={"page": 2})
    assert answer == Answer(404, {"message": "unknown"})
    (heard,) = vendor.heard
    assert (heard["method"], heard["path"], heard["key"]) == ("POST", "/pay?page=2", "Bearer k")
    assert json.loads(heard["body"]) == {"amount": 5}


@pytest.mark.parametrize(
    "answer",
    [
        (500, "application/json", b'{"status": true}'),
        (503, "text/html", b"<h1>Away</h1>"),
        (429, "application/json", b"{}"),
        (408, "application/json", b"{}"),
        (200, "text/html", b"<h1>Hello</h1>"),
        (200, "application/json", b""),
        (200, "application/json", b"[1, 2]"),
        (200, "application/json", b'{"cut": '),
        (302, "text/html", b""),
    ],
)
def test_what_is_no_answer(vendor: Vendor, answer: tuple[int, str, bytes]) -> None:
    vendor.answers = [answer]
    with pytest.raises(NoAnswer) as caught:
        client(vendor.url).send("GET", "/")
    assert (caught.value.status, caught.value.code) == (503, "vendor_unavailable")
    assert [heard["path"] for heard in vendor.heard] == ["/"]  # once, and no redirect was followed


def test_who_is_too_slow_or_not_there_gives_no_answer(vendor: Vendor) -> None:
    vendor.slow = 3
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        client(vendor.url).send("GET", "/")
    assert 0.4 < time.monotonic() - began < 1.5
    with pytest.raises(NoAnswer):
        client("http://127.0.0.1:1").send("GET", "/")


def test_nothing_is_sent_inside_a_transaction(application: object, vendor: Vendor) -> None:
    asking = client(vendor.url)
    with transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        asking.send("GET", "/")
    assert vendor.heard == []
    assert asking.send("GET", "/").status == 200


def fail(asking: HttpClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NoAnswer):
            asking.send("GET", "/")


def test_case_32_after_five_failures_nobody_is_asked_until_a_probe_succeeds(vendor: Vendor) -> None:
    vendor.answers = [(500, "text/plain", b"")]
    asking = client(vendor.url)
    fail(asking, 5)
    for _ in range(3):
        with pytest.raises(Resting):
            asking.send("GET", "/")
    assert len(vendor.heard) == 5
    time.sleep(REST)
    fail(asking, 1)  # the probe, in vain
    with pytest.raises(Resting):
        asking.send("GET", "/")
    assert len(vendor.heard) == 6
    vendor.answers = [OK]
    time.sleep(REST)
    assert [asking.send("GET", "/").status for _ in range(3)] == [200] * 3
    vendor.answers = [(500, "text/plain", b"")]
    fail(asking, 4)
    vendor.answers = [OK]
    assert asking.send("GET", "/").status == 200


def test_refusals_are_answers_and_open_no_breaker(vendor: Vendor) -> None:
    vendor.answers = [(400, "application/json", b"{}")]
    asking = client(vendor.url)
    assert [asking.send("GET", "/").status for _ in range(10)] == [400] * 10


def test_one_probe_at_a_time() -> None:
    breaker = Breaker(2, REST)
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    time.sleep(REST)
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    time.sleep(REST)
    assert breaker.admits()  # the last probe never came back
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True] * 3
