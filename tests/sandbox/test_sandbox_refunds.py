"""Refunds: three shapes, every path, the refusals, and events that cannot be told apart."""

import json
import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

Act = Callable[..., Any]
Hits = queue.SimpleQueue[tuple[bytes, dict[str, str]]]
LIVE_KEY = "sk_live_second"
ACCOUNT = {"refund_account_details": {"currency": "NGN", "account_number": "0123456789", "bank_id": "9"}}


@pytest.fixture
def paid(initialize: Act, pay: Act, received: Hits) -> None:
    initialize()
    pay()
    received.get(timeout=3)


def events(received: Hits, count: int) -> list[dict[str, Any]]:
    return [json.loads(received.get(timeout=3)[0]) for _ in range(count)]


def status_of(call: Act, refund_id: int) -> str:
    return str(call("GET", f"/refund/{refund_id}").json()["data"]["status"])


@pytest.mark.usefixtures("paid")
def test_full_refund(call: Act, received: Hits, verify: Act, eventually: Act) -> None:
    answer = call(
        "POST", "/refund", json={"transaction": "SS-1", "merchant_note": "case 8841", "customer_note": "sorry"}
    )
    assert (answer.status_code, answer.json()["message"]) == (200, "Refund has been queued for processing")
    made = answer.json()["data"]
    assert (made["status"], made["amount"], made["merchant_note"]) == ("pending", 875_000, "case 8841")
    assert (made["transaction"]["reference"], made["fully_deducted"]) == ("SS-1", False)
    told = events(received, 3)
    assert [one["event"] for one in told] == ["refund.pending", "refund.processing", "refund.processed"]
    assert [one["data"]["amount"] for one in told] == ["875000"] * 3
    assert [one["data"]["refund_reference"] is None for one in told] == [True, True, False]
    assert not any("id" in one["data"] for one in told)
    eventually(lambda: verify()["status"] == "reversed")


@pytest.mark.usefixtures("paid")
def test_reads_have_the_id_where_the_answer_had_an_object(call: Act, verify: Act) -> None:
    made = call("POST", "/refund", json={"transaction": verify()["id"], "amount": "1000"}).json()["data"]
    read = call("GET", f"/refund/{made['id']}").json()
    assert (read["message"], read["data"]["transaction"]) == ("Refund retrieved", verify()["id"])
    assert (read["data"]["transaction_reference"], read["data"]["amount"]) == ("SS-1", 1000)


@pytest.mark.usefixtures("paid")
def test_partial_refunds_leave_success_and_stop_at_the_amount(call: Act, verify: Act, eventually: Act) -> None:
    first = call("POST", "/refund", json={"transaction": "SS-1", "amount": 400_000}).json()["data"]["id"]
    eventually(lambda: status_of(call, first) == "processed")
    assert verify()["status"] == "success"
    over = call("POST", "/refund", json={"transaction": "SS-1", "amount": 475_001})
    assert (over.status_code, over.json()["status"]) == (400, False)
    rest = call("POST", "/refund", json={"transaction": "SS-1"}).json()["data"]
    assert rest["amount"] == 475_000
    eventually(lambda: verify()["status"] == "reversed")
    again = call("POST", "/refund", json={"transaction": "SS-1", "amount": 1})
    assert again.status_code == 400
    body = again.json()
    assert (body["message"], body["type"], body["code"]) == (
        "Transaction has been fully reversed", "api_error", "transaction_reversed",
    )  # fmt: skip
    assert len(call("GET", "/refund", params={"transaction": "SS-1"}).json()["data"]) == 2


def test_refusals(call: Act, initialize: Act) -> None:
    initialize("SS-unpaid")
    unknown = call("POST", "/refund", json={"transaction": "SS-nobody"})
    assert (unknown.status_code, unknown.json()["message"]) == (404, "Transaction not found")
    assert call("POST", "/refund", json={}).json()["code"] == "missing_params"
    assert call("POST", "/refund", json={"transaction": "SS-unpaid"}).status_code == 400
    assert call("GET", "/refund/99").status_code == 404
    assert call("GET", "/refund").json()["data"] == []


@pytest.mark.usefixtures("paid")
def test_insufficient_balance(call: Act, control: Act) -> None:
    control("PUT", "/switches", scope="SS-1", balance="low", times=1)
    poor = call("POST", "/refund", json={"transaction": "SS-1"})
    assert (poor.status_code, poor.json()["code"]) == (400, "insufficient_balance")
    assert poor.json()["message"].startswith("Insufficient balance to fulfill this refund")
    assert call("POST", "/refund", json={"transaction": "SS-1"}).status_code == 200


@pytest.mark.usefixtures("paid")
def test_a_failed_refund_gives_the_money_back_to_the_merchant(
    call: Act, control: Act, received: Hits, verify: Act
) -> None:
    control("PUT", "/switches", refund_path="failed", times=1)
    made = call("POST", "/refund", json={"transaction": "SS-1"}).json()["data"]
    told = events(received, 3)
    assert [one["event"] for one in told] == ["refund.pending", "refund.processing", "refund.failed"]
    assert told[2]["data"]["amount"] == 875_000
    assert (status_of(call, made["id"]), verify()["status"]) == ("failed", "success")
    assert call("POST", "/refund", json={"transaction": "SS-1"}).status_code == 200


def test_the_two_cards_with_a_fate(initialize: Act, pay: Act, call: Act, eventually: Act) -> None:
    for card, fate in (("4084080000671803", "failed"), ("4084080000671902", "needs-attention")):
        initialize(f"SS-{fate}")
        pay(f"SS-{fate}", card)
        made = call("POST", "/refund", json={"transaction": f"SS-{fate}"}).json()["data"]["id"]
        eventually(lambda made=made, fate=fate: status_of(call, made) == fate)


@pytest.mark.usefixtures("paid")
def test_needs_attention_and_the_retry(call: Act, control: Act, received: Hits, eventually: Act) -> None:
    control("PUT", "/switches", refund_path="needs_attention", times=1)
    body = {"transaction": "SS-1", "merchant_note": "case 8841"}
    made = call("POST", "/refund", json=body).json()["data"]["id"]
    retry = f"/refund/retry_with_customer_details/{made}"
    too_early = call("POST", retry, json=ACCOUNT)
    assert too_early.status_code == 422
    assert (too_early.json()["code"], too_early.json()["message"]) == (
        "invalid_params", 'Invalid Refund state, refund status should be "needs-attention"',
    )  # fmt: skip
    needy = events(received, 3)[2]
    assert (needy["event"], needy["data"]["id"]) == ("refund.needs-attention", str(made))
    assert "processor" not in needy["data"]
    assert needy["data"]["merchant_note"] == "case 8841"
    assert call("POST", retry, json={}).json()["code"] == "missing_params"
    retried = call("POST", retry, json=ACCOUNT)
    assert retried.json()["message"] == "Refund retried and has been queued for processing"
    assert retried.json()["data"]["status"] == "processing"
    assert [one["event"] for one in events(received, 2)] == ["refund.processing", "refund.processed"]
    assert status_of(call, made) == "processed"


@pytest.mark.usefixtures("paid")
def test_stuck_and_slow_refunds_wait_and_can_be_moved(call: Act, control: Act, received: Hits, verify: Act) -> None:
    control("PUT", "/switches", refund_path="stuck_pending", times=1)
    stuck = call("POST", "/refund", json={"transaction": "SS-1", "amount": 1000}).json()["data"]["id"]
    control("PUT", "/switches", refund_path="slow:30", times=1)
    slow = call("POST", "/refund", json={"transaction": "SS-1", "amount": 2000}).json()["data"]["id"]
    assert [one["event"] for one in events(received, 2)] == ["refund.pending"] * 2
    with pytest.raises(queue.Empty):
        received.get(timeout=0.2)
    assert (status_of(call, stuck), status_of(call, slow)) == ("pending", "pending")
    moved = control("POST", f"/refunds/{stuck}/state", status="processed")
    assert (moved["status"], events(received, 1)[0]["event"]) == ("processed", "refund.processed")
    assert verify()["status"] == "success"


@pytest.mark.usefixtures("paid")
def test_list(call: Act, initialize: Act, pay: Act) -> None:
    initialize("SS-2")
    pay("SS-2")
    for reference, amount in (("SS-1", 100), ("SS-1", 200), ("SS-2", 300)):
        call("POST", "/refund", json={"transaction": reference, "amount": amount})
    answer = call("GET", "/refund", params={"perPage": 2}).json()
    assert (answer["message"], [one["amount"] for one in answer["data"]]) == ("Refunds retrieved", [300, 200])
    assert answer["meta"] == {"total": 3, "skipped": 0, "perPage": 2, "page": 1, "pageCount": 2}
    ours = call("GET", "/refund", params={"transaction": "SS-1"}).json()["data"]
    assert [one["amount"] for one in ours] == [200, 100]
    by_id = call("GET", "/refund", params={"transaction": ours[0]["transaction"]}).json()["data"]
    assert [one["id"] for one in by_id] == [one["id"] for one in ours]
    assert call("GET", "/refund", params={"from": "2999-01-01"}).json()["data"] == []
    assert call("GET", "/refund", key=LIVE_KEY).json()["data"] == []


@pytest.mark.usefixtures("paid")
def test_a_refund_whose_answer_is_lost_exists(call: Act, control: Act) -> None:
    control("PUT", "/switches", refund="hang_after_commit:0.05", times=1)
    with pytest.raises(requests.ConnectionError):
        call("POST", "/refund", json={"transaction": "SS-1", "merchant_note": "ours-17"})
    (kept,) = call("GET", "/refund", params={"transaction": "SS-1"}).json()["data"]
    assert kept["merchant_note"] == "ours-17"
    assert call("POST", "/refund", json={"transaction": "SS-1"}).json()["code"] == "transaction_reversed"


@pytest.mark.usefixtures("paid")
def test_ten_full_refunds_at_once_are_one_refund(call: Act) -> None:
    def ask(_number: int) -> int:
        return int(call("POST", "/refund", json={"transaction": "SS-1"}).status_code)

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(ask, range(10))) == [200] + [400] * 9
    assert len(call("GET", "/refund").json()["data"]) == 1
