"""POST /transaction/initialize: what it takes, and the words it refuses with."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox

Call = Callable[..., requests.Response]
LIVE_KEY = "sk_live_second"
GOOD = {"email": "ada@example.com", "amount": 875_000, "reference": "SS-1"}


def test_answers_with_a_link_to_this_sandbox(box: Sandbox, call: Call) -> None:
    answer = call("POST", "/transaction/initialize", json=GOOD)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert re.fullmatch("[a-z0-9]{15}", data["access_code"])
    assert answer.json() == {
        "status": True,
        "message": "Authorization URL created",
        "data": {
            "authorization_url": f"{box.url}/checkout/{data['access_code']}",
            "access_code": data["access_code"],
            "reference": "SS-1",
        },
    }


def test_takes_a_form_and_a_string_of_digits(call: Call, verify: Callable[..., Any]) -> None:
    assert call("POST", "/transaction/initialize", data={**GOOD, "amount": "5000"}).status_code == 200
    assert verify()["amount"] == 5000


def test_makes_a_reference_when_there_is_none(call: Call) -> None:
    body = {"email": "ada@example.com", "amount": 5000}
    made = {call("POST", "/transaction/initialize", json=body).json()["data"]["reference"] for _ in range(2)}
    assert len(made) == 2


def test_wrong_key(call: Call) -> None:
    answer = call("POST", "/transaction/initialize", key="sk_test_nobody", json=GOOD)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": False,
        "message": "Invalid key",
        "type": "validation_error",
        "code": "invalid_Key",
    }


def test_missing_key(call: Call, control: Callable[..., Any]) -> None:
    answer = call("POST", "/transaction/initialize", key=None, json=GOOD)
    assert (answer.status_code, answer.json()["status"]) == (401, False)
    assert control("GET", "/transactions") == []


def test_duplicate_reference(call: Call, initialize: Callable[..., Any], control: Callable[..., Any]) -> None:
    initialize("SS-1")
    answer = call("POST", "/transaction/initialize", json=GOOD)
    assert answer.status_code == 400
    body = answer.json()
    assert isinstance(body.pop("meta")["nextStep"], str)
    assert body == {
        "status": False,
        "message": "Duplicate Transaction Reference",
        "type": "validation_error",
        "code": "duplicate_reference",
        "errorCodeMappingNotFound": False,
    }
    assert len(control("GET", "/transactions?reference=SS-1")) == 1


def test_the_same_reference_lives_once_in_each_mode(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize("SS-1")
    initialize("SS-1", key=LIVE_KEY, amount=9_000)
    assert (verify("SS-1")["amount"], verify("SS-1")["domain"]) == (875_000, "test")
    live = verify("SS-1", key=LIVE_KEY)
    assert (live["amount"], live["domain"]) == (9_000, "live")


@pytest.mark.parametrize("reference", ["SS_1", "SS 1", "SS/1", "SS-₦", "SS#1"])
def test_characters_of_a_reference(call: Call, reference: str) -> None:
    answer = call("POST", "/transaction/initialize", json={**GOOD, "reference": reference})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid character in transaction reference")


@pytest.mark.parametrize("reference", ["SS-1.a=b,c", "abc", "0"])
def test_allowed_references(initialize: Callable[..., Any], reference: str) -> None:
    assert initialize(reference)["reference"] == reference


@pytest.mark.parametrize(
    "fields, message, code",
    [
        ({"email": None}, "Email Address is required", "missing_params"),
        ({"email": ""}, "Email is not allowed to be empty", "missing_params"),
        ({"email": "ada"}, "Invalid Email Address Passed", "invalid_params"),
        ({"email": "ada@example"}, "Invalid Email Address Passed", "invalid_params"),
        ({"email": "ada@hotel.local"}, "Invalid Email Address Passed", "invalid_params"),
        ({"email": "ada obi@example.com"}, "Invalid Email Address Passed", "invalid_params"),
        ({"amount": None}, "Invalid Amount Sent", "missing_params"),
        ({"amount": 0}, "You must specify a valid amount", "invalid_params"),
        ({"amount": "0"}, "You must specify a valid amount", "invalid_params"),
        ({"amount": -5}, "Invalid Amount Sent", "invalid_params"),
        ({"amount": 12.5}, "Invalid Amount Sent", "invalid_params"),
        ({"amount": True}, "Invalid Amount Sent", "invalid_params"),
        ({"amount": "NGN 5"}, "Invalid Amount Sent", "invalid_params"),
        ({"amount": 1_000_000_001}, "Transaction amount limit exceeded", "invalid_params"),
        ({"currency": "USD"}, "Currency not supported by merchant", "invalid_params"),
        (
            {"channels": ["bank_transfer"], "amount": 9_999},
            "Pay with transfer is not currently supported for transactions less than NGN 100.00",
            "invalid_params",
        ),
    ],
)
def test_refusals(call: Call, control: Callable[..., Any], fields: dict[str, Any], message: str, code: str) -> None:
    answer = call("POST", "/transaction/initialize", json=GOOD | fields)
    body = answer.json()
    assert (answer.status_code, body["status"], body["type"]) == (400, False, "validation_error")
    assert (body["message"], body["code"]) == (message, code)
    assert control("GET", "/transactions") == []


def test_the_largest_amount_passes(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize(amount=1_000_000_000)
    assert verify()["amount"] == 1_000_000_000


def test_json_that_cannot_be_read(call: Call) -> None:
    answer = call("POST", "/transaction/initialize", data=b"{", params={})
    assert answer.status_code == 400


def test_metadata_as_a_json_string_is_opened(initialize: Callable[..., Any], verify: Callable[..., Any]) -> None:
    initialize(metadata='{"booking_id": "7Q2M9K"}')
    assert verify()["metadata"] == {"booking_id": "7Q2M9K"}
