"""The webhook sender: exact bytes, signatures checked independently, retries, and each way to go wrong."""

import hashlib
import hmac
import json
import queue
import time
from collections.abc import Callable
from typing import Any

import requests

from sandbox.paystack.webhooks import retry_after
from sandbox.server import Sandbox

Hits = queue.SimpleQueue[tuple[bytes, dict[str, str]]]
Act = Callable[..., Any]
TEST_KEY = "sk_test_first"
LIVE_KEY = "sk_live_second"


def signature(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha512).hexdigest()


def paid(initialize: Act, pay: Act) -> None:
    initialize()
    pay()


def nothing_more(received: Hits, seconds: float = 0.1) -> bool:
    time.sleep(seconds)
    return received.empty()


def test_charge_success_is_signed_over_its_bytes(received: Hits, initialize: Act, pay: Act, verify: Act) -> None:
    initialize(metadata={"name": "Ọlá / ₦"})
    pay()
    body, headers = received.get(timeout=3)
    assert headers["x-paystack-signature"] == signature(TEST_KEY, body)
    assert headers["content-type"] == "application/json"
    assert '"metadata":{"name":"Ọlá / ₦"}'.encode() in body
    assert body == json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    told, asked = json.loads(body), verify()
    assert (told["event"], told["data"]["id"], told["data"]["status"]) == ("charge.success", asked["id"], "success")
    assert (told["data"]["log"], told["data"]["plan"]) == (None, {})
    assert nothing_more(received)


def test_live_events_are_signed_with_the_live_key(received: Hits, initialize: Act, pay: Act) -> None:
    initialize("SS-live", key=LIVE_KEY)
    pay("SS-live")
    body, headers = received.get(timeout=3)
    assert headers["x-paystack-signature"] == signature(LIVE_KEY, body)
    assert json.loads(body)["data"]["domain"] == "live"


def test_failures_tell_nothing(received: Hits, initialize: Act, pay: Act) -> None:
    initialize()
    pay("SS-1", "declined")
    assert nothing_more(received)


def test_anything_but_200_is_sent_again_in_the_same_bytes(
    received: Hits, answers: list[int], initialize: Act, pay: Act, control: Act, eventually: Act
) -> None:
    answers.extend([500, 201, 302])
    paid(initialize, pay)
    bodies = {received.get(timeout=3)[0] for _ in range(4)}
    assert len(bodies) == 1
    delivered = eventually(lambda: [one for one in control("GET", "/deliveries") if one["state"] == "delivered"])
    assert [one["status"] for one in delivered[0]["attempts"]] == [500, 201, 302, 200]
    assert nothing_more(received)


def test_it_gives_up(
    box: Sandbox, answers: list[int], initialize: Act, pay: Act, control: Act, eventually: Act
) -> None:
    control("PUT", "/settings", webhook_attempts=3)
    answers.extend([500] * 9)
    paid(initialize, pay)
    (given_up,) = eventually(lambda: [one for one in control("GET", "/deliveries") if one["state"] == "given_up"])
    assert len(given_up["attempts"]) == 3


def test_the_schedule() -> None:
    assert [retry_after(made, 1.0) for made in range(1, 7)] == [1, 1, 1, 1, 5, 5]
    assert retry_after(1, 180.0) == 180


def test_a_receiver_that_is_not_there(
    initialize: Act, pay: Act, control: Act, received: Hits, webhook_url: str, eventually: Act
) -> None:
    control("PUT", "/settings", webhook_url="http://127.0.0.1:1/")
    paid(initialize, pay)
    eventually(lambda: control("GET", "/deliveries")[0]["attempts"])
    control("PUT", "/settings", webhook_url=webhook_url)
    received.get(timeout=3)
    first = control("GET", "/deliveries")[0]["attempts"][0]
    assert (first["status"], first["error"]) == (None, "ConnectionError")


def test_lost(received: Hits, initialize: Act, pay: Act, control: Act, verify: Act) -> None:
    control("PUT", "/switches", webhook="lost")
    paid(initialize, pay)
    assert nothing_more(received)
    (kept,) = control("GET", "/deliveries")
    assert (kept["state"], kept["attempts"]) == ("lost", [])
    assert verify()["status"] == "success"


def test_late(received: Hits, initialize: Act, pay: Act, control: Act) -> None:
    control("PUT", "/switches", webhook="late:0.25")
    paid(initialize, pay)
    assert nothing_more(received, 0.1)
    received.get(timeout=3)


def test_twice_and_times(received: Hits, initialize: Act, pay: Act, control: Act) -> None:
    control("PUT", "/switches", scope="SS-1", webhook="twice")
    control("PUT", "/switches", scope="SS-2", webhook="times:3")
    paid(initialize, pay)
    first = [received.get(timeout=3)[0] for _ in range(2)]
    assert first[0] == first[1]
    assert nothing_more(received)
    initialize("SS-2")
    pay("SS-2")
    assert len({received.get(timeout=3)[0] for _ in range(3)}) == 1
    assert nothing_more(received)


def test_out_of_order(received: Hits, initialize: Act, pay: Act, control: Act, verify: Act) -> None:
    control("PUT", "/switches", webhook="out_of_order")
    paid(initialize, pay)
    events = [json.loads(received.get(timeout=3)[0]) for _ in range(2)]
    assert [one["event"] for one in events] == ["charge.success", "charge.failed"]
    assert [one["data"]["status"] for one in events] == ["success", "failed"]
    assert verify()["status"] == "success"


def test_wrong_signature(received: Hits, initialize: Act, pay: Act, control: Act) -> None:
    control("PUT", "/switches", webhook="wrong_signature", times=1)
    paid(initialize, pay)
    body, headers = received.get(timeout=3)
    assert len(headers["x-paystack-signature"]) == 128
    assert headers["x-paystack-signature"] != signature(TEST_KEY, body)


def test_before_the_answer_of_checkout(received: Hits, initialize: Act, pay: Act, control: Act) -> None:
    control("PUT", "/switches", webhook="before_answer")
    paid(initialize, pay)
    assert received.get_nowait()[0].startswith(b'{"event":"charge.success"')
    assert control("GET", "/deliveries")[0]["state"] == "delivered"


def test_before_the_answer_of_initialize(received: Hits, initialize: Act, control: Act, verify: Act) -> None:
    control("PUT", "/switches", webhook="before_initialize_answer", times=1)
    initialize("SS-1")
    assert json.loads(received.get_nowait()[0])["data"]["reference"] == "SS-1"
    assert verify("SS-1")["status"] == "success"
    initialize("SS-2")
    assert verify("SS-2")["status"] == "abandoned"


def test_an_event_of_ones_own(received: Hits, control: Act) -> None:
    sent = control("POST", "/webhook", body={"event": "charge.dispute.create", "data": {"note": "é"}})
    body, headers = received.get_nowait()
    assert body == '{"event":"charge.dispute.create","data":{"note":"é"}}'.encode()
    assert headers["x-paystack-signature"] == signature(TEST_KEY, body)
    assert (sent["event"], sent["state"]) == ("charge.dispute.create", "delivered")


def test_an_event_with_a_given_or_no_signature(received: Hits, answers: list[int], control: Act) -> None:
    answers.extend([401, 401])
    sent = control("POST", "/webhook", body="not json", signature="00ff")
    assert (sent["state"], sent["attempts"][0]["status"]) == ("given_up", 401)
    body, headers = received.get_nowait()
    assert (body, headers["x-paystack-signature"]) == (b"not json", "00ff")
    control("POST", "/webhook", body="{}", signature=None)
    assert "x-paystack-signature" not in received.get_nowait()[1]
    assert nothing_more(received)


def test_without_a_url_nothing_is_sent(
    box: Sandbox, received: Hits, initialize: Act, pay: Act, eventually: Act
) -> None:
    box.webhook_url = None
    paid(initialize, pay)
    eventually(lambda: requests.get(f"{box.url}/_control/deliveries", timeout=5).json()[0]["state"] == "no_url")
    assert received.empty()
