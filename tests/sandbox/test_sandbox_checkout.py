"""The hosted page: cards, redirects, cancelling, and paying too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from sandbox.paystack import transactions
from sandbox.paystack.cards import BY_NAME, CARDS
from sandbox.server import Sandbox

Call = Callable[..., requests.Response]
JSON = {"Accept": "application/json"}
CALLBACK = "https://api.smartstay.example/return"


def test_the_page_shows_the_amount_and_makes_it_ongoing(
    initialize: Callable[..., Any], verify: Callable[..., Any]
) -> None:
    link = initialize()["authorization_url"]
    page = requests.get(link, timeout=5)
    assert page.status_code == 200
    assert "₦8,750.00" in page.text
    assert verify()["status"] == "ongoing"


def test_a_browser_pays_and_goes_to_the_callback(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    link = initialize(callback_url=CALLBACK)["authorization_url"]
    answer = requests.post(link, data={"card": "4084 0840 8408 4081"}, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{CALLBACK}?trxref=SS-1&reference=SS-1"
    assert verify()["status"] == "success"


def test_a_callback_with_a_query_keeps_it(initialize: Callable[..., Any]) -> None:
    link = initialize(callback_url=f"{CALLBACK}?a=1")["authorization_url"]
    answer = requests.post(link, json={"card": "success"}, headers=JSON, timeout=5)
    assert answer.json() == {
        "status": "success",
        "reference": "SS-1",
        "message": "Successful",
        "redirect": f"{CALLBACK}?a=1&trxref=SS-1&reference=SS-1",
    }


@pytest.mark.parametrize("card", CARDS, ids=[card.alias for card in CARDS])
def test_every_card_by_its_number(
    initialize: Callable[..., Any], pay: Callable[..., Any], verify: Callable[..., Any], card: Any
) -> None:
    initialize()
    assert pay("SS-1", card.number)["status"] == card.status
    data = verify()
    assert (data["status"], data["gateway_response"]) == (card.status, card.gateway_response)
    assert (data["paid_at"] is not None) == (card.status == "success")


def test_a_bank_transfer_says_who_sent_it(
    initialize: Callable[..., Any], pay: Callable[..., Any], verify: Callable[..., Any]
) -> None:
    initialize()
    pay("SS-1", "bank_transfer")
    data = verify()
    assert (data["channel"], data["authorization"]["reusable"]) == ("bank_transfer", False)
    assert data["authorization"]["sender_bank"] == "Zenith Bank"


def test_a_failed_attempt_can_be_followed_by_a_good_one(
    initialize: Callable[..., Any], pay: Callable[..., Any], verify: Callable[..., Any]
) -> None:
    initialize()
    assert pay("SS-1", "declined")["status"] == "failed"
    assert pay("SS-1", "success")["status"] == "success"
    assert pay("SS-1", "declined")["status"] == "success"
    assert (verify()["log"]["attempts"], verify()["log"]["errors"]) == (2, 1)


def test_paying_ten_times_at_once_takes_money_once(
    initialize: Callable[..., Any], pay: Callable[..., Any], control: Callable[..., Any], verify: Callable[..., Any]
) -> None:
    initialize()
    with ThreadPoolExecutor(10) as pool:
        statuses = [one["status"] for one in pool.map(pay, ["SS-1"] * 10)]
    assert statuses == ["success"] * 10
    assert len(control("GET", "/deliveries?reference=SS-1")) == 1
    assert verify()["log"]["attempts"] == 1


def test_of_two_who_saw_it_unpaid_one_is_the_payer(box: Sandbox, initialize: Callable[..., Any]) -> None:
    initialize()
    seen_by_both = transactions.in_any_mode(box.world.state, "SS-1")[0]
    card = BY_NAME["success"]
    assert [transactions.mark_paid(box.world.state, seen_by_both, card) for _ in range(2)] == [True, False]


def test_an_unknown_card(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    link = initialize()["authorization_url"]
    assert requests.post(link, data={"card": "4242424242424242"}, timeout=5).status_code == 400
    assert verify()["status"] == "abandoned"


def test_an_unknown_link(box: Sandbox) -> None:
    assert requests.get(f"{box.url}/checkout/nothing", timeout=5).status_code == 404


def test_cancel_goes_to_cancel_action(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    action = "https://smartstay.example/b/7Q?cancelled=1"
    link = initialize(callback_url=CALLBACK, metadata={"cancel_action": action})["authorization_url"]
    answer = requests.get(f"{link}/cancel", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["location"]) == (303, action)
    assert verify()["status"] == "abandoned"


def test_channels_limit_what_is_offered(initialize: Callable[..., Any]) -> None:
    link = initialize(channels=["bank_transfer"])["authorization_url"]
    page = requests.get(link, timeout=5).text
    assert 'value="bank_transfer"' in page
    assert 'value="declined"' not in page


def test_session_timeout(box: Sandbox, call: Call, initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    path = "/integration/payment_session_timeout"
    assert call("GET", path).json()["data"] == {"payment_session_timeout": 0}
    assert call("PUT", path, json={"timeout": 1800}).json() == {
        "status": True,
        "message": "Payment session timeout updated",
        "data": {"payment_session_timeout": 1800},
    }
    link = initialize()["authorization_url"]
    assert requests.get(link, timeout=5).status_code == 200
    box.world.state.run("UPDATE transactions SET created_at = created_at - 1801")
    assert requests.get(link, timeout=5).status_code == 400
    late = requests.post(link, json={"card": "success"}, headers=JSON, timeout=5)
    assert late.status_code == 400
    assert late.json()["message"] == "Transaction cannot be completed. Session timeout exceeded."
    assert verify()["status"] == "ongoing"
    call("PUT", path, json={"timeout": 0})
    assert requests.post(link, json={"card": "success"}, headers=JSON, timeout=5).json()["status"] == "success"


def test_the_front_page_lists_what_happened(
    box: Sandbox, initialize: Callable[..., Any], pay: Callable[..., Any], control: Callable[..., Any]
) -> None:
    initialize("SS-open")
    initialize("SS-paid")
    pay("SS-paid")
    control("PUT", "/switches", scope="SS-lost", webhook="lost")
    page = requests.get(box.url, timeout=5).text
    for shown in ("SS-open", "SS-paid", "charge.success", "₦8,750.00", "SS-lost"):
        assert shown in page
    assert requests.get(f"{box.url}/healthz", timeout=5).json() == {"ok": True}
