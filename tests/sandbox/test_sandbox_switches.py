"""Faults of the API, lies of verify, and how switches are set, limited and taken back."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.paystack.fees import local_fee
from sandbox.server import Sandbox

Act = Callable[..., Any]


@pytest.mark.parametrize("value, status", [("429", 429), ("500", 500)])
def test_an_error_as_often_as_asked(call: Act, control: Act, initialize: Act, value: str, status: int) -> None:
    initialize()
    control("PUT", "/switches", verify=value, times=2)
    answers = [call("GET", "/transaction/verify/SS-1").status_code for _ in range(3)]
    assert answers == [status, status, 200]


def test_html_instead_of_json(call: Act, control: Act) -> None:
    control("PUT", "/switches", initialize="html_502", times=1)
    answer = call(
        "POST", "/transaction/initialize", json={"email": "ada@example.com", "amount": 1, "reference": "SS-1"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")
    assert control("GET", "/transactions") == []


def test_a_hanging_initialize_did_nothing(call: Act, control: Act) -> None:
    control("PUT", "/switches", initialize="hang:5", times=1)
    body = {"email": "ada@example.com", "amount": 5000, "reference": "SS-1"}
    with pytest.raises(requests.ReadTimeout):
        call("POST", "/transaction/initialize", json=body, timeout=0.2)
    assert call("GET", "/transaction/verify/SS-1").json()["code"] == "transaction_not_found"
    assert call("POST", "/transaction/initialize", json=body).status_code == 200


def test_an_initialize_that_hangs_after_commit_is_known_to_verify(call: Act, control: Act) -> None:
    control("PUT", "/switches", initialize="hang_after_commit:5", times=1)
    body = {"email": "ada@example.com", "amount": 5000, "reference": "SS-1"}
    with pytest.raises(requests.ReadTimeout):
        call("POST", "/transaction/initialize", json=body, timeout=0.3)
    assert call("GET", "/transaction/verify/SS-1").json()["data"]["status"] == "abandoned"
    assert call("POST", "/transaction/initialize", json=body).json()["code"] == "duplicate_reference"


def test_a_dropped_connection(call: Act, control: Act) -> None:
    control("PUT", "/switches", verify="drop", times=1)
    with pytest.raises(requests.ConnectionError):
        call("GET", "/transaction/verify/SS-1")


def test_a_delay(call: Act, control: Act, initialize: Act) -> None:
    initialize()
    control("PUT", "/switches", verify="delay:0.15")
    began = time.monotonic()
    assert call("GET", "/transaction/verify/SS-1").status_code == 200
    assert time.monotonic() - began >= 0.15


def test_one_reference_has_its_own_switch(call: Act, control: Act, initialize: Act) -> None:
    initialize("SS-1")
    initialize("SS-2")
    control("PUT", "/switches", verify="500")
    control("PUT", "/switches", scope="SS-2", verify="normal")
    assert call("GET", "/transaction/verify/SS-1").status_code == 500
    assert call("GET", "/transaction/verify/SS-2").status_code == 200
    assert control("DELETE", "/switches?scope=global") == {"deleted": 1}
    assert call("GET", "/transaction/verify/SS-1").status_code == 200


@pytest.mark.parametrize(
    "switch, told",
    [
        ({"amount_delta": -100}, {"amount": 874_900, "requested_amount": 874_900}),
        ({"fees_on_customer": True}, {"amount": 898_125, "requested_amount": 875_000}),
        ({"currency": "USD"}, {"currency": "USD"}),
        ({"domain": "live"}, {"domain": "live"}),
        ({"status": "queued"}, {"status": "queued"}),
        ({"metadata": "string"}, {"metadata": '{"booking_id": "7Q"}'}),
        ({"metadata": ""}, {"metadata": ""}),
        ({"metadata": 0}, {"metadata": 0}),
        ({"metadata": None}, {"metadata": None}),
    ],
)
def test_what_verify_says_wrong(
    control: Act, initialize: Act, pay: Act, verify: Act, switch: dict[str, Any], told: dict[str, Any]
) -> None:
    initialize(metadata={"booking_id": "7Q"})
    pay()
    truth = verify()
    control("PUT", "/switches", scope="SS-1", times=1, **switch)
    assert verify() == truth | told
    assert verify() == truth


@pytest.mark.parametrize(
    "body",
    [
        {"verify": "404"},
        {"nothing": "normal"},
        {"webhook": "late"},
        {"amount_delta": "5"},
        {"verify": "500", "times": 0},
    ],
)
def test_a_switch_that_means_nothing_sets_nothing(box: Sandbox, control: Act, body: dict[str, Any]) -> None:
    answer = requests.put(f"{box.url}/_control/switches", json=body, timeout=5)
    assert answer.status_code == 400
    assert control("GET", "/switches") == []


def test_switches_by_the_form_of_the_front_page(box: Sandbox, control: Act) -> None:
    for name, value in (("verify", "500"), ("amount_delta", "-5"), ("webhook", "late:2")):
        form = {"name": name, "value": value, "scope": "", "times": "2"}
        assert requests.post(f"{box.url}/switches", data=form, timeout=5).status_code == 200
    assert control("GET", "/switches") == [
        {"scope": "global", "name": "amount_delta", "value": -5, "times": 2},
        {"scope": "global", "name": "verify", "value": "500", "times": 2},
        {"scope": "global", "name": "webhook", "value": "late:2", "times": 2},
    ]
    requests.post(f"{box.url}/switches/clear", data={"scope": "global", "name": "verify"}, timeout=5)
    assert [one["name"] for one in control("GET", "/switches")] == ["amount_delta", "webhook"]
    assert requests.post(f"{box.url}/switches", data={"name": "verify", "value": "x"}, timeout=5).status_code == 400


def test_settings(box: Sandbox, control: Act) -> None:
    assert control("PUT", "/settings", retry_factor=2, webhook_url="http://127.0.0.1:9/x")["retry_factor"] == 2
    assert box.webhook_url == "http://127.0.0.1:9/x"
    wrong = requests.put(f"{box.url}/_control/settings", json={"retry_factor": 3, "nothing": 1}, timeout=5)
    assert wrong.status_code == 400
    assert control("GET", "/settings")["retry_factor"] == 2


def test_reset_forgets_all_but_settings_and_ids(control: Act, initialize: Act, verify: Act, webhook_url: str) -> None:
    initialize()
    first = verify()["id"]
    control("PUT", "/switches", verify="500", times=5)
    control("POST", "/reset")
    assert (control("GET", "/transactions"), control("GET", "/switches"), control("GET", "/calls")["total"]) == (
        [], [], 0,
    )  # fmt: skip
    assert control("GET", "/settings")["webhook_url"] == webhook_url
    initialize()
    assert verify()["id"] == first + 1


@pytest.mark.parametrize(
    "amount, fee",
    [(25_000, 375), (39_100, 587), (249_900, 3_749), (250_000, 13_750), (8_750_000, 141_250), (20_000_000, 200_000)],
)
def test_fees(amount: int, fee: int) -> None:
    assert local_fee(amount) == fee
