"""Where the checkout sends the browser: shows, asks, proves nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.bookings.service import expire
from tests.api import Api
from tests.payments.stage import Stage, promised, rows, run
from tests.payments.till import Till

Jobs = Callable[[], int]
PATH = "/api/v1/payments/return"


def page(client: FlaskClient, accept: str = "text/html", **query: Any) -> Any:
    return client.get(PATH, query_string=query, headers={"accept": accept})


def test_it_asks_and_tells_what_our_rows_say(stage: Stage, till: Till, client: FlaskClient, run_jobs: Jobs) -> None:
    reference = stage.started()
    outcome = till.pay(reference)
    assert outcome["redirect"].endswith(f"{PATH}?trxref={reference}&reference={reference}")
    first = page(client, trxref=reference, reference=reference)
    assert (first.status_code, first.mimetype) == (200, "text/html")
    assert "We are checking your payment" in first.text
    assert '<meta http-equiv="refresh" content="3">' in first.text
    assert stage.states == ("pending_payment", "unpaid")
    assert promised("payments.verify") == ["payments.verify"]
    run_jobs()
    then = page(client, reference=reference)
    assert "Your booking is confirmed" in then.text
    assert stage.booking["reference"] in then.text
    assert "refresh" not in then.text
    assert "ada" not in then.text.lower()


def test_a_redirect_alone_confirms_nothing(stage: Stage, client: FlaskClient, run_jobs: Jobs) -> None:
    reference = stage.started()
    assert page(client, reference=reference, status="success").status_code == 200
    run_jobs()
    assert stage.states == ("pending_payment", "unpaid")
    assert stage.payment["status"] == "initialized"


def test_it_asks_at_most_once_in_three_seconds(stage: Stage, client: FlaskClient) -> None:
    reference = stage.started()
    assert {page(client, reference=reference).status_code for _ in range(5)} == {200}
    assert promised("payments.verify") == ["payments.verify"]


def test_as_json(stage: Stage, client: FlaskClient) -> None:
    reference = stage.started()
    answer = page(client, "application/json", trxref=reference)
    assert answer.json == {
        "reference": reference,
        "booking_reference": stage.booking["reference"],
        "state": "processing",
    }


@pytest.mark.parametrize("reference", ["", "SS-NOBODY-1-00000000", "<script>alert(1)</script>", "' OR 1=1 --"])
def test_an_unknown_reference_is_a_friendly_404(till: Till, client: FlaskClient, reference: str) -> None:
    answer = page(client, **({"reference": reference} if reference else {}))
    assert answer.status_code == 404
    assert "We do not know this payment" in answer.text
    assert "script" not in answer.text
    assert page(client, "application/json", reference="SS-NOBODY-1-00000000").status_code == 404
    assert rows("outbox") == []


def test_the_words_of_each_end(stage: Stage, api: Api, till: Till, client: FlaskClient, run_jobs: Jobs) -> None:
    def state() -> str:
        return str(page(client, "application/json", reference=reference).json["state"])

    reference = stage.started()
    till.pay(reference, "declined")
    stage.check(reference)
    run_jobs()
    assert state() == "failed"
    run("DELETE FROM allocations")
    stage.lapse()
    expire.sweep()
    other = Stage(api, stage.hotel)
    till.pay(other.started())
    other.check(other.payment["reference"])
    till.switch(scope=reference, refund_path="stuck_pending")
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert state() == "refunding"
    assert '<meta http-equiv="refresh"' in page(client, reference=reference).text
    run("UPDATE refunds SET status = 'processed'")
    run("UPDATE bookings SET payment_status = 'refunded' WHERE id = :id", id=stage.booking_id)
    assert state() == "refunded"


def test_a_given_up_attempt_of_an_expired_booking(stage: Stage, client: FlaskClient) -> None:
    reference = stage.started()
    run("UPDATE bookings SET status = 'expired'")
    assert page(client, "application/json", reference=reference).json["state"] == "processing"
    run("UPDATE payments SET status = 'abandoned'")
    assert page(client, "application/json", reference=reference).json["state"] == "expired"
