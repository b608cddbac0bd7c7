"""A sandbox with a file goes on where it stopped; as a process it stops at once when told to."""

import ast
import queue
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

import sandbox
from sandbox.server import Sandbox

Hits = queue.SimpleQueue[tuple[bytes, dict[str, str]]]
KEY = "sk_test_first"
HEADERS = {"Authorization": f"Bearer {KEY}"}
ROOT = Path(sandbox.__file__).parent


def opened(file: Path, webhook_url: str | None = None) -> Sandbox:
    box = Sandbox(state=str(file), webhook_url=webhook_url, secret_keys={KEY: "test"})
    box.start()
    return box


def post(box: Sandbox, path: str, body: dict[str, Any]) -> Any:
    answer = requests.post(f"{box.url}{path}", json=body, headers=HEADERS, timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()


def get(box: Sandbox, path: str) -> Any:
    return requests.get(f"{box.url}{path}", headers=HEADERS, timeout=5).json()


def test_everything_is_found_again(tmp_path: Path) -> None:
    box = opened(tmp_path / "state.db")
    for reference in ("SS-1", "SS-2"):
        body = {"email": "ada@example.com", "amount": 875_000, "reference": reference}
        post(box, "/paystack/transaction/initialize", body)
    post(box, "/_control/pay", {"reference": "SS-1"})
    before = get(box, "/paystack/transaction/verify/SS-1")
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=5) as client:
        client.sendmail("stay@smartstay.example", ["ada@example.com"], b"Subject: kept\r\n\r\nhello")
    box.stop()
    box = opened(tmp_path / "state.db")
    assert get(box, "/paystack/transaction/verify/SS-1") == before
    assert get(box, "/paystack/transaction/verify/SS-2")["data"]["status"] == "abandoned"
    assert [one["subject"] for one in get(box, "/_control/mail")] == ["kept"]
    assert get(box, "/_control/calls?endpoint=initialize")["total"] == 2
    box.stop()


def test_what_was_under_way_goes_on(
    tmp_path: Path, webhook_url: str, received: Hits, answers: list[int], eventually: Callable[..., Any]
) -> None:
    answers.append(500)
    box = opened(tmp_path / "state.db", webhook_url)
    box.world.settings.change({"refund_step_seconds": 0.15, "retry_factor": 0.15})
    post(box, "/paystack/transaction/initialize", {"email": "ada@example.com", "amount": 5000, "reference": "SS-1"})
    post(box, "/_control/pay", {"reference": "SS-1"})
    first, _ = received.get(timeout=3)
    made = post(box, "/paystack/refund", {"transaction": "SS-1"})["data"]["id"]
    box.stop()
    box = opened(tmp_path / "state.db")
    bodies = [received.get(timeout=3)[0] for _ in range(4)]
    assert bodies.count(first) == 1
    eventually(lambda: get(box, f"/paystack/refund/{made}")["data"]["status"] == "processed")
    box.stop()


def test_two_sandboxes_never_give_the_same_id() -> None:
    ids = []
    for _ in range(2):
        box = Sandbox()
        box.start()
        key = {"Authorization": "Bearer sk_test_smartstay_development"}
        body = {"email": "ada@example.com", "amount": 5000, "reference": "SS-1"}
        requests.post(f"{box.paystack_url}/transaction/initialize", json=body, headers=key, timeout=5)
        ids.append(get(box, "/_control/transactions")[0]["id"])
        box.stop()
    assert ids[0] != ids[1]
    assert min(ids) > 2**32


def test_stop_frees_hanging_calls(tmp_path: Path) -> None:
    box = opened(tmp_path / "state.db")
    requests.put(f"{box.url}/_control/switches", json={"verify": "hang:60"}, timeout=5)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(get, box, "/paystack/transaction/verify/SS-1")
        time.sleep(0.2)
        began = time.monotonic()
        box.stop()
        assert isinstance(hanging.exception(timeout=2), requests.ConnectionError)
    assert time.monotonic() - began < 2


def test_as_a_process_it_stops_on_sigterm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "--http-port", "0", "--smtp-port", "0", "--paystack-key", KEY]
    process = subprocess.Popen(
        [*command, "--state", str(tmp_path / "state.db")], stdout=subprocess.PIPE, text=True, cwd=ROOT.parent
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[1]
    assert requests.get(f"{url}/healthz", timeout=5).json() == {"ok": True}
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0
    process.stdout.close()
    assert time.monotonic() - began < 2


def test_the_sandbox_knows_nothing_of_the_application() -> None:
    """A stand-in that shares code with what it stands in for would share its mistakes."""
    imported = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
    assert "sandbox" in imported
    assert imported.isdisjoint({"app", "workers"})
