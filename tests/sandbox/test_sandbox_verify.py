"""GET /transaction/verify, GET /transaction/{id} and the list, in both ways of paging."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

Call = Callable[..., requests.Response]
LIVE_KEY = "sk_live_second"
VERIFY_FIELDS = {
    "id", "domain", "status", "reference", "receipt_number", "amount", "message", "gateway_response", "paid_at",
    "created_at", "channel", "currency", "ip_address", "metadata", "log", "fees", "fees_split", "authorization",
    "customer", "plan", "split", "order_id", "paidAt", "createdAt", "requested_amount", "pos_transaction_data",
    "source", "fees_breakdown", "connect", "transaction_date", "plan_object", "subaccount",
}  # fmt: skip


def test_before_payment(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize()
    data = verify()
    assert set(data) == VERIFY_FIELDS
    assert (data["status"], data["domain"], data["requested_amount"]) == ("abandoned", "test", 875_000)
    assert (data["paid_at"], data["paidAt"], data["fees"], data["log"]) == (None, None, None, None)
    assert (data["authorization"], data["plan"], data["split"]) == ({}, None, {})


def test_after_payment(initialize: Callable[..., Any], pay: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize(metadata={"booking_id": "7Q2M9K"})
    pay()
    data = verify()
    assert set(data) == VERIFY_FIELDS
    assert (data["status"], data["amount"], data["fees"], data["currency"]) == ("success", 875_000, 23_125, "NGN")
    assert data["id"] > 2**32
    assert data["paid_at"] == data["paidAt"]
    assert data["paid_at"].endswith("Z")
    assert data["metadata"] == {"booking_id": "7Q2M9K"}
    assert (data["authorization"]["last4"], data["authorization"]["card_type"]) == ("4081", "visa ")
    assert (data["customer"]["email"], data["log"]["success"]) == ("ada@example.com", True)


def test_unknown_reference(call: Call) -> None:
    answer = call("GET", "/transaction/verify/SS-nobody")
    body = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (400, False, "validation_error")
    assert (body["message"], body["code"]) == ("Transaction reference not found.", "transaction_not_found")


def test_a_live_key_does_not_see_a_test_reference(call: Call, initialize: Callable[..., Any]) -> None:
    initialize("SS-1")
    assert call("GET", "/transaction/verify/SS-1", key=LIVE_KEY).json()["code"] == "transaction_not_found"
    assert call("GET", "/transaction", key=LIVE_KEY).json()["data"] == []


def test_fetch_by_id(call: Call, initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize()
    answer = call("GET", f"/transaction/{verify()['id']}").json()
    assert (answer["message"], answer["data"]["reference"]) == ("Transaction retrieved", "SS-1")
    assert "helpdesk_link" in answer["data"]


@pytest.mark.parametrize(
    "segment, http_status, message",
    [("SS-1", 400, "Transaction ID should be numeric."), ("99", 404, "Transaction not found")],
)
def test_fetch_of_what_is_not_there(call: Call, segment: str, http_status: int, message: str) -> None:
    answer = call("GET", f"/transaction/{segment}")
    assert (answer.status_code, answer.json()["message"]) == (http_status, message)


def test_list_by_number(call: Call, initialize: Callable[..., Any]) -> None:
    for number in range(5):
        initialize(f"SS-{number}", amount=1000)
    answer = call("GET", "/transaction", params={"perPage": 2, "page": 2}).json()
    assert answer["message"] == "Transactions retrieved"
    assert [one["reference"] for one in answer["data"]] == ["SS-2", "SS-1"]
    assert answer["meta"] == {
        "total": 5, "total_volume": 5000, "skipped": 2, "perPage": 2, "page": 2, "pageCount": 3,
    }  # fmt: skip
    assert (answer["data"][0]["plan"], answer["data"][0]["source"]["source"]) == ({}, "merchant_api")


def test_per_page_has_two_spellings(call: Call, initialize: Callable[..., Any]) -> None:
    for number in range(3):
        initialize(f"SS-{number}")
    assert len(call("GET", "/transaction", params={"per_page": 2}).json()["data"]) == 2
    assert call("GET", "/transaction").json()["meta"]["perPage"] == 50


def test_list_by_cursor_there_and_back(call: Call, initialize: Callable[..., Any]) -> None:
    for number in range(5):
        initialize(f"SS-{number}")
    seen, query = [], {"use_cursor": "true", "perPage": "2"}
    while True:
        answer = call("GET", "/transaction", params=query).json()
        seen.append([one["reference"] for one in answer["data"]])
        if answer["meta"]["next"] is None:
            break
        query["next"] = answer["meta"]["next"]
    assert seen == [["SS-4", "SS-3"], ["SS-2", "SS-1"], ["SS-0"]]
    back = call("GET", "/transaction", params={"previous": answer["meta"]["previous"], "perPage": "2"}).json()
    assert [one["reference"] for one in back["data"]] == ["SS-2", "SS-1"]


def test_list_by_status_and_time(call: Call, initialize: Callable[..., Any], pay: Callable[..., Any]) -> None:
    initialize("SS-1")
    initialize("SS-2")
    pay("SS-2")
    now = datetime.now(UTC)

    def references(**query: str) -> list[str]:
        return [one["reference"] for one in call("GET", "/transaction", params=query).json()["data"]]

    assert references(status="success") == ["SS-2"]
    assert references(status="abandoned") == ["SS-1"]
    assert references(**{"from": (now - timedelta(hours=1)).isoformat()}) == ["SS-2", "SS-1"]
    assert references(**{"from": (now + timedelta(hours=1)).isoformat()}) == []
    assert references(to=(now - timedelta(hours=1)).isoformat()) == []
    assert references(**{"from": now.date().isoformat(), "to": now.date().isoformat()}) == ["SS-2", "SS-1"]


def test_a_date_that_is_none(call: Call) -> None:
    assert call("GET", "/transaction", params={"from": "yesterday"}).status_code == 400


def test_calls_are_counted(call: Call, control: Callable[..., Any], initialize: Callable[..., Any]) -> None:
    initialize("SS-1")
    for reference in ("SS-1", "SS-1", "SS-2"):
        call("GET", f"/transaction/verify/{reference}")
    assert control("GET", "/calls?endpoint=verify") == {
        "calls": [
            {"endpoint": "verify", "reference": "SS-1", "count": 2},
            {"endpoint": "verify", "reference": "SS-2", "count": 1},
        ],
        "total": 3,
    }
    assert control("GET", "/calls?reference=SS-1")["total"] == 3
    control("DELETE", "/calls")
    assert control("GET", "/calls")["total"] == 0
