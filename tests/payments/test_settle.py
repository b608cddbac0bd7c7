"""Learning of money, by whatever way."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.bookings.service import expire
from app.payments.paystack import gateway
from app.payments.service import settle, verify, watch
from app.payments.verdict import Meaning
from tests import factories
from tests.api import Api
from tests.payments.stage import Stage, hurry, mails, promised, rows, run, told
from tests.payments.till import Till

Jobs = Callable[[], int]


def test_a_paid_booking_is_confirmed(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    payment = stage.payment
    assert (payment["status"], payment["kept"], payment["refunded_amount"]) == ("success", True, 0)
    assert (payment["channel"], payment["fees"], payment["next_check_at"]) == ("card", 160_000, None)
    assert payment["paid_at"] is not None
    assert payment["applied_at"] is not None
    assert payment["gateway_id"] > 2**32
    assert stage.states == ("confirmed", "paid")
    assert [row["hold_expires_at"] for row in rows("allocations")] == [None]
    assert [event["status"] for event in told("payment_succeeded")] == ["success"]
    assert [event["name"] for event in rows("outbox", "name = 'new_booking'")] == ["new_booking"]
    assert len(mails("booking_confirmed")) == len(mails("booking_confirmed_hotel")) == 1
    assert stage.refunds == []


def test_case_31_no_answer_concludes_nothing(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    till.switch(verify="500", times=1)
    stage.check(reference)
    assert run_jobs() == 1
    assert (stage.payment["status"], stage.states) == ("initialized", ("pending_payment", "unpaid"))
    (job,) = rows("outbox", "name = 'payments.verify'")
    assert (job["attempts"], job["dead_at"], job["last_error"].split(":")[0]) == (0, None, "NoAnswer")
    hurry("payments.verify")
    run_jobs()
    assert stage.states == ("confirmed", "paid")


def test_case_32_started_payments_are_verified_when_the_gateway_is_back(
    stage: Stage, till: Till, run_jobs: Jobs, rested_gateway: None
) -> None:
    reference = stage.started()
    till.pay(reference)
    till.switch(verify="500")
    for _ in range(12):
        run("UPDATE payments SET next_check_at = clock_timestamp()")
        watch.recheck()
        hurry("payments.verify")
        run_jobs()
    assert till.calls("verify") == 5
    assert len(promised("payments.verify")) == 1
    assert {row["attempts"] for row in rows("outbox", "name = 'payments.verify'")} == {0}
    till.clear()
    from_rest()
    hurry("payments.verify")
    run_jobs()
    assert stage.states == ("confirmed", "paid")


def from_rest() -> None:
    """The breaker's rest is over."""
    gateway().http.breaker._rests_until = 0.0


@pytest.mark.parametrize(
    "lie", [{"amount_delta": -100}, {"amount_delta": 100}, {"currency": "USD"}, {"domain": "live"}]
)
def test_case_37_the_wrong_money_is_reviewed_never_confirmed(
    stage: Stage, till: Till, run_jobs: Jobs, lie: dict[str, Any]
) -> None:
    reference = stage.started()
    till.switch(scope=reference, **lie)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    payment = stage.payment
    assert (payment["status"], payment["kept"], payment["next_check_at"]) == ("review", None, None)
    assert payment["review_reason"]
    assert stage.states == ("pending_payment", "unpaid")
    assert stage.start().json["code"] == "payment_in_review"
    till.clear()
    stage.check(reference)
    run_jobs()
    assert stage.payment["status"] == "review"
    stage.lapse()
    expire.sweep()
    run_jobs()
    assert (stage.payment["status"], stage.states, stage.refunds) == ("review", ("expired", "unpaid"), [])


def test_fees_on_the_customer_are_no_wrong_amount(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.switch(scope=reference, fees_on_customer=True)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states == ("confirmed", "paid")


@pytest.mark.parametrize("word", ["abandoned", "ongoing", "pending", "processing", "queued", "a_new_word"])
def test_what_is_not_yet_stays_open(stage: Stage, till: Till, run_jobs: Jobs, word: str) -> None:
    reference = stage.started()
    till.switch(scope=reference, status=word)
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("initialized", ("pending_payment", "unpaid"))
    assert stage.payment["next_check_at"] is not None
    assert promised("payments.confirm_paid", "payments.refund") == []


def test_a_declined_card_fails_the_attempt_and_the_link_may_still_be_paid(
    stage: Stage, till: Till, run_jobs: Jobs
) -> None:
    reference = stage.started()
    till.pay(reference, "declined")
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.payment["gateway_response"]) == ("failed", "Declined")
    assert [event["status"] for event in told("payment_failed")] == ["failed"]
    assert stage.payment["next_check_at"] is not None
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))


@pytest.mark.parametrize("paid_first", [0, 1])
def test_case_41_two_payments_keep_one_and_refund_the_other(
    stage: Stage, till: Till, run_jobs: Jobs, paid_first: int
) -> None:
    references = [stage.started()]
    till.pay(references[0], "declined")
    stage.check(references[0])
    run_jobs()
    references.append(stage.started())
    kept, other = references[paid_first], references[1 - paid_first]
    for reference in (kept, other):
        till.pay(reference)
        stage.check(reference)
        run_jobs()
    by_reference = {payment["reference"]: payment for payment in stage.payments}
    assert {name: row["kept"] for name, row in by_reference.items()} == {kept: True, other: False}
    (refund,) = stage.refunds
    assert (refund["payment_id"], refund["amount"], refund["reason"]) == (
        by_reference[other]["id"],
        stage.total,
        "paid_twice",
    )
    assert [one["reference"] for one in till.refunds(other)] == [other]
    assert till.refunds(kept) == []
    assert stage.states == ("confirmed", "paid")
    assert len(mails("refund_due")) == 1


def test_case_41_two_successes_at_the_same_moment(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    first = stage.started()
    till.pay(first, "declined")
    stage.check(first)
    run_jobs()
    second = stage.started()
    for reference in (first, second):
        till.pay(reference)
    ids = [payment["id"] for payment in stage.payments]
    threads = [threading.Thread(target=verify.verify, args=(payment_id,)) for payment_id in ids * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_jobs()
    assert sorted(payment["kept"] for payment in stage.payments) == [False, True]
    assert (len(stage.refunds), stage.states) == (1, ("confirmed", "paid"))
    assert len(till.refunds(first)) + len(till.refunds(second)) == 1


def test_a_transaction_reversed_behind_our_back_is_never_confirmed(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.switch(scope=reference, status="reversed")
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.payment["kept"], stage.states) == (
        "reversed",
        None,
        ("pending_payment", "unpaid"),
    )


def test_two_guests_do_not_wait_for_each_other(api: Api, till: Till, run_jobs: Jobs) -> None:
    hotel = factories.hotel({"Deluxe": 3})
    stages = [Stage(api, hotel) for _ in range(3)]
    for one in stages:
        till.pay(one.started())
        one.check(one.payment["reference"])
    run_jobs()
    assert [one.states for one in stages] == [("confirmed", "paid")] * 3
    assert settle.HANDLERS.keys() == set(Meaning)
