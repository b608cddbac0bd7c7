"""What the gateway tells us, over real HTTP: kept, answered, and never believed."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from app.payments.service import webhook
from tests.payments.stage import Stage, promised, rows, run
from tests.payments.till import Till, eventually

Jobs = Callable[[], int]
PATH = "/api/v1/webhooks/paystack"
KEY = "sk_test_smartstay_development"


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    signature = hmac.new(key.encode(), body, hashlib.sha512).hexdigest()
    return {"x-paystack-signature": signature, "content-type": "application/json"}


def charge(reference: str, **changes: Any) -> bytes:
    data = {"id": 5_210_334_471, "domain": "test", "status": "success", "reference": reference, "amount": 10_000_000}
    return json.dumps(
        {"event": "charge.success", "data": data | changes}, separators=(",", ":"), ensure_ascii=False
    ).encode()


def test_a_webhook_leads_to_a_confirmed_booking(stage: Stage, till: Till, run_jobs: Jobs, webhooks: None) -> None:
    reference = stage.started()
    till.pay(reference)
    (delivery,) = till.deliveries(reference)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
    (event,) = rows("gateway_events")
    assert (event["event"], event["reference"], event["error"]) == ("charge.success", reference, None)
    assert bytes(event["body"]) == delivery["body"].encode()
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    assert till.calls("verify", reference) == 1


def test_case_33_ten_copies_at_once(stage: Stage, till: Till, run_jobs: Jobs, listening: str) -> None:
    reference = stage.started()
    till.pay(reference)
    body, statuses = charge(reference), list[int]()

    def deliver() -> None:
        statuses.append(requests.post(listening, data=body, headers=signed(body), timeout=20).status_code)

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 10
    assert len(rows("gateway_events")) == 1
    assert promised("payments.verify") == ["payments.verify"]
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    assert (till.calls("verify", reference), len(rows("booking_history", "to_status = 'confirmed'"))) == (1, 1)


def test_case_34_the_webhook_overtakes_the_answer_of_initialize(
    stage: Stage, till: Till, run_jobs: Jobs, webhooks: None
) -> None:
    till.switch(webhook="before_initialize_answer", times=1)
    answer = stage.start()
    assert (answer.status_code, answer.json["status"]) == (201, "initialized")
    assert len(rows("gateway_events", "error IS NULL")) == 1
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))


def test_case_34_and_is_applied_before_the_answer_is_stored(
    stage: Stage, till: Till, run_jobs: Jobs, webhooks: None, impatient: None
) -> None:
    till.switch(webhook="before_initialize_answer", initialize="hang_after_commit:2", times=1)
    assert stage.start().json["status"] == "queued"
    eventually(lambda: promised("payments.verify"))
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))
    assert stage.payment["authorization_url"] is None


def test_case_35_a_failure_after_the_success_changes_nothing(
    stage: Stage, till: Till, run_jobs: Jobs, webhooks: None
) -> None:
    reference = stage.started()
    till.switch(webhook="out_of_order", times=1)
    till.pay(reference)
    eventually(lambda: len(rows("gateway_events")) == 2)
    run_jobs()
    assert {event["event"] for event in rows("gateway_events")} == {"charge.success", "charge.failed"}
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-paystack-signature": ""},
        {"x-paystack-signature": "0" * 128},
        {"x-paystack-signature": "ünï"},
        signed(charge("SS-A-1-00000000"), "sk_test_somebody_else"),
        signed(json.dumps(json.loads(charge("SS-A-1-00000000"))).encode()),
    ],
)
def test_case_36_a_wrong_signature_stores_nothing(client: FlaskClient, till: Till, headers: dict[str, str]) -> None:
    answer: Any = client.post(
        PATH, data=charge("SS-A-1-00000000"), headers={"content-type": "application/json"} | headers
    )
    assert (answer.status_code, answer.json["code"]) == (401, "signature_wrong")
    assert rows("gateway_events") == []
    assert promised() == []


def test_case_36_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, till: Till) -> None:
    compared: list[bytes] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(other)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    body = charge("SS-A-1-00000000")
    assert webhook.is_signed(body, signed(body)["x-paystack-signature"])
    assert not webhook.is_signed(body, "short")
    assert len(compared) == 2


def test_case_37_a_foreign_reference_is_kept_and_nothing_else(client: FlaskClient, till: Till) -> None:
    body = charge("T563902343029")
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 200
    (event,) = rows("gateway_events")
    assert (event["reference"], event["error"]) == ("T563902343029", "unknown reference")
    assert promised() == []


def test_the_other_modes_events_are_not_acted_on(client: FlaskClient, stage: Stage) -> None:
    body = charge(stage.started(), domain="live")
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 200
    assert [event["error"] for event in rows("gateway_events")] == ["from the other mode"]
    assert promised("payments.verify") == []


def test_a_lying_webhook_only_makes_us_ask(client: FlaskClient, stage: Stage, run_jobs: Jobs) -> None:
    body = charge(stage.started())
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 200
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("initialized", ("pending_payment", "unpaid"))


ODD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"5",
    b'"charge.success"',
    b"[" * 20_000,
    b'{"event":' + b"9" * 5_000 + b"}",
    b'{"event":NaN}',
    b'{"event":"charge.success","data":[]}',
    b'{"event":"charge.success","data":{"reference":7}}',
    b'{"event":"charge.success","data":{"reference":{},"transaction":"x"}}',
    b'{"event":null,"data":{"reference":"a\\u0000b","domain":[]}}',
    b'{"event":"charge.success","data":{"reference":"\\ud800"}}',
    b'\xef\xbb\xbf{"event":"x"}',
    b"\xff\xfe\x00",
    b'{"event":"charge.dispute.create","data":{"transaction":{"reference":"SS-A-1-00000000"}}}',
    b'{"event":"refund.processed","data":{"transaction_reference":"SS-A-1-00000000","amount":"1"}}',
    b'{"event":"' + b"e" * 3_000 + b'","data":{}}',
]


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_case_64_whatever_is_signed_is_kept_and_answered(client: FlaskClient, till: Till, body: bytes) -> None:
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 200
    (event,) = rows("gateway_events")
    assert bytes(event["body"]) == body
    assert event["error"] in ("no reference", "unknown reference")
    assert promised() == []


def test_case_64_a_body_of_a_megabyte_is_refused(client: FlaskClient, till: Till) -> None:
    body = b" " * 1_000_000
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 413
    assert rows("gateway_events") == []


def test_a_dispute_has_the_payment_looked_at(client: FlaskClient, stage: Stage) -> None:
    told = {"event": "charge.dispute.create", "data": {"domain": "test", "transaction": {"reference": stage.started()}}}
    body = json.dumps(told).encode()
    assert client.post(PATH, data=body, headers=signed(body)).status_code == 200
    assert promised("payments.verify") == ["payments.verify"]


def test_case_26_what_could_not_be_kept_is_sent_again_and_applied_once(
    stage: Stage, till: Till, run_jobs: Jobs, webhooks: None
) -> None:
    reference = stage.started()
    run("ALTER TABLE gateway_events RENAME TO gateway_events_away")
    try:
        till.pay(reference)
        eventually(lambda: till._get("deliveries", reference=reference)[0]["attempts"])
    finally:
        run("ALTER TABLE gateway_events_away RENAME TO gateway_events")
    (delivery,) = till.deliveries(reference)
    assert [attempt["status"] for attempt in delivery["attempts"]][-1] == 200
    assert {attempt["status"] for attempt in delivery["attempts"]} == {500, 200}
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    assert len(rows("gateway_events")) == 1
