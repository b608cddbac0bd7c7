"""A sandbox of its own for every test, and a merchant's webhook receiver that keeps what it got."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox

TEST_KEY = "sk_test_first"
LIVE_KEY = "sk_live_second"

Hit = tuple[bytes, dict[str, str]]


@pytest.fixture
def answers() -> list[int]:
    """What the receiver answers next, first to last; 200 when it is empty."""
    return []


@pytest.fixture
def received() -> "queue.SimpleQueue[Hit]":
    """The exact bytes and headers (names in lower case) of every webhook that came in."""
    return queue.SimpleQueue()


@pytest.fixture
def webhook_url(received: "queue.SimpleQueue[Hit]", answers: list[int]) -> Iterator[str]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/paystack"
    server.shutdown()
    server.server_close()


@pytest.fixture
def box(webhook_url: str) -> Iterator[Sandbox]:
    sandbox = Sandbox(webhook_url=webhook_url, secret_keys={TEST_KEY: "test", LIVE_KEY: "live"})
    sandbox.world.settings.change({"refund_step_seconds": 0.05, "retry_factor": 0.02})
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def call(box: Sandbox) -> Callable[..., requests.Response]:
    """call("GET", "/transaction", key=…, **requests' own): one call of Paystack's API."""

    def send(
        method: str, path: str, *, key: str | None = TEST_KEY, timeout: float = 5, **options: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return requests.request(method, box.paystack_url + path, headers=headers, timeout=timeout, **options)

    return send


@pytest.fixture
def initialize(call: Callable[..., requests.Response]) -> Callable[..., dict[str, Any]]:
    """Makes a transaction of 8,750 Naira under the reference given; returns its access code and link."""

    def start(reference: str = "SS-1", key: str = TEST_KEY, **fields: Any) -> dict[str, Any]:
        body = {"email": "ada@example.com", "amount": 875_000, "reference": reference, **fields}
        answer = call("POST", "/transaction/initialize", key=key, json=body)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    return start


@pytest.fixture
def control(box: Sandbox) -> Callable[..., Any]:
    """control("PUT", "/switches", webhook="lost"): the parsed answer of the sandbox's own API."""

    def send(method: str, path: str, **body: Any) -> Any:
        answer = requests.request(method, f"{box.url}/_control{path}", json=body or None, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


@pytest.fixture
def pay(control: Callable[..., Any]) -> Callable[..., Any]:
    def send(reference: str = "SS-1", card: str = "success") -> Any:
        return control("POST", "/pay", reference=reference, card=card)

    return send


@pytest.fixture
def verify(call: Callable[..., requests.Response]) -> Callable[..., dict[str, Any]]:
    def ask(reference: str = "SS-1", key: str = TEST_KEY) -> dict[str, Any]:
        answer = call("GET", f"/transaction/verify/{reference}", key=key)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    return ask


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Asks until the answer is true, for at most 3 seconds, and returns it."""

    def wait(question: Callable[[], Any]) -> Any:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            answer = question()
            if answer:
                return answer
            time.sleep(0.01)
        raise AssertionError("it did not come about in 3 seconds")

    return wait
