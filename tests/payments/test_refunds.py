"""Money going back leaves once, whatever dies in between, and is followed to its end."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from app.payments.service import follow, refund, verify, watch
from tests.payments.stage import Stage, hurry, mails, promised, rows, run, told
from tests.payments.till import Till, eventually

Jobs = Callable[[], int]
PART = 1_000_000

DUE = """
INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status, next_check_at)
SELECT :id, id, booking_id, :amount, currency, 'staff', 'due', clock_timestamp() FROM payments WHERE reference = :reference
"""
AGED = "UPDATE refunds SET requested_at = requested_at - interval '1 minute', looked_at = looked_at - interval '11 minutes'"


@pytest.fixture
def paid(stage: Stage, till: Till, run_jobs: Jobs) -> str:
    """The reference of a payment whose booking is confirmed."""
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    till.switch(scope=reference, refund_path="stuck_pending")
    return reference


def due(reference: str, amount: int) -> Any:
    """A refund that was promised and not asked for; returns its id."""
    refund_id = new_id()
    run(DUE, id=refund_id, amount=amount, reference=reference)
    watch.follow_refunds()
    return refund_id


def follow_up(run_jobs: Jobs) -> None:
    """Time passes: whoever waited looks again."""
    run(AGED)
    run("UPDATE refunds SET next_check_at = clock_timestamp() WHERE next_check_at IS NOT NULL")
    watch.follow_refunds()
    hurry("payments.refund", "payments.follow_refund")
    run_jobs()


def test_a_refund_is_asked_for_with_our_note_and_followed_to_its_end(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    refund_id = due(paid, stage.total)
    run_jobs()
    (there,) = till.refunds(paid)
    assert (there["amount"], there["merchant_note"]) == (stage.total, f"refund {refund_id}")
    (ours,) = stage.refunds
    assert (ours["status"], ours["gateway_id"]) == ("pending", there["id"])
    till.move_refund(there["id"], "processing")
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "processing"
    till.move_refund(there["id"], "processed")
    follow_up(run_jobs)
    (ours,) = stage.refunds
    assert (ours["status"], ours["next_check_at"]) == ("processed", None)
    assert ours["processed_at"] is not None
    assert (stage.payment["status"], stage.payment["refunded_amount"]) == ("reversed", stage.total)
    assert stage.states == ("confirmed", "refunded")
    assert len(mails("refund_processed")) == 1
    assert [event["status"] for event in told("refund_changed")] == ["pending", "processing", "processed"]
    assert watch.follow_refunds() == 0


def test_states_jump_when_nobody_looked_in_between(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    due(paid, PART)
    run_jobs()
    till.move_refund(till.refunds(paid)[0]["id"], "processed")
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "processed"
    assert (stage.payment["status"], stage.payment["refunded_amount"]) == ("success", PART)
    assert stage.states == ("confirmed", "partially_refunded")


def test_states_never_go_back(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    due(paid, PART)
    run_jobs()
    gateway_id = till.refunds(paid)[0]["id"]
    till.move_refund(gateway_id, "processing")
    follow_up(run_jobs)
    till.move_refund(gateway_id, "pending")
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "processing"


@pytest.mark.parametrize("amount", [None, PART])
def test_case_42_the_answer_to_the_post_is_lost(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, impatient: None, amount: int | None
) -> None:
    till.switch(refund="hang_after_commit:2", times=1)
    due(paid, amount or stage.total)
    run_jobs()
    (ours,) = stage.refunds
    assert (ours["status"], ours["gateway_id"]) == ("requested", None)
    follow_up(run_jobs)
    (there,) = till.refunds(paid)
    (ours,) = stage.refunds
    assert (ours["status"], ours["gateway_id"]) == ("pending", there["id"])
    assert till.calls("refund", paid) == 1


def test_case_42_the_worker_died_before_the_post_of_a_whole_refund(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    due(paid, stage.total)
    run("UPDATE refunds SET status = 'requested', requested_at = clock_timestamp() - interval '1 minute'")
    run_jobs()
    assert till.calls("list_refunds", paid) == 1
    assert len(till.refunds(paid)) == 1
    assert stage.refunds[0]["status"] == "pending"


def test_case_42_a_partial_refund_is_posted_again_after_two_empty_looks_ten_minutes_apart(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    till.switch(refund="500", times=1)
    due(paid, PART)
    run_jobs()
    run("UPDATE refunds SET requested_at = requested_at - interval '1 minute'")
    hurry("payments.refund")
    run_jobs()
    (ours,) = stage.refunds
    assert (ours["status"], ours["empty_looks"], till.calls("refund", paid)) == ("requested", 1, 1)
    hurry("payments.refund")
    run_jobs()
    assert (stage.refunds[0]["status"], till.calls("refund", paid)) == ("requested", 1)
    follow_up(run_jobs)
    (ours,) = stage.refunds
    assert (ours["status"], ours["empty_looks"], till.calls("refund", paid)) == ("pending", 0, 2)
    assert len(till.refunds(paid)) == 1


def test_case_42_a_whole_refund_asked_for_twice_at_once_leaves_once(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, impatient: None
) -> None:
    till.switch(refund="hang_after_commit:2", list_refunds="500", times=1)
    due(paid, stage.total)
    run_jobs()
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "requested"
    run("UPDATE refunds SET requested_at = NULL")
    follow_up(run_jobs)
    assert till.calls("refund", paid) == 2
    (there,) = till.refunds(paid)
    assert (stage.refunds[0]["status"], stage.refunds[0]["gateway_id"]) == ("pending", there["id"])


def test_whoever_comes_while_another_asks_waits(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    refund_id = due(paid, PART)
    run("UPDATE refunds SET status = 'requested', requested_at = clock_timestamp()")
    with pytest.raises(refund.JustAsked):
        refund.send(refund_id)
    assert till.calls("refund", paid) == till.calls("list_refunds", paid) == 0


def test_case_21_four_deliveries_at_once_send_one_refund(stage: Stage, till: Till, paid: str) -> None:
    refund_id = due(paid, PART)

    def deliver() -> None:
        try:
            refund.send(refund_id)
        except refund.JustAsked:
            pass

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (till.calls("refund", paid), len(till.refunds(paid))) == (1, 1)
    assert stage.refunds[0]["status"] == "pending"


def test_a_refund_made_at_the_dashboard_is_a_doubt_for_a_person(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    due(paid, PART)
    run("UPDATE refunds SET status = 'requested', requested_at = clock_timestamp() - interval '1 minute'")
    verify.paystack.gateway().refund(paid, "by hand", PART)
    run_jobs()
    assert stage.refunds[0]["status"] == "needs_attention"
    assert stage.refunds[0]["last_error"]
    assert till.calls("refund", paid) == 1
    assert mails("refund_needs_attention") == []


def test_all_reversed_by_someone_else_is_left_to_a_person(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    verify.paystack.gateway().refund(paid, "by hand", None)
    due(paid, stage.total)
    run_jobs()
    assert stage.refunds[0]["status"] == "needs_attention"
    assert len(till.refunds(paid)) == 1


def test_a_low_balance_is_waited_for_at_no_cost(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    till.switch(balance="low", times=1)
    due(paid, PART)
    run_jobs()
    (ours,) = stage.refunds
    assert (ours["status"], ours["requested_at"]) == ("requested", None)
    (job,) = rows("outbox", "name = 'payments.refund'")
    assert (job["attempts"], job["dead_at"], job["last_error"].split(":")[0]) == (0, None, "BalanceTooLow")
    hurry("payments.refund")
    run_jobs()
    assert stage.refunds[0]["status"] == "pending"
    assert (till.calls("refund", paid), len(till.refunds(paid))) == (2, 1)
    assert till.calls("list_refunds", paid) == 0


def test_an_open_breaker_means_that_nothing_was_sent(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    breaker = verify.paystack.gateway().http.breaker
    for _ in range(breaker.failures):
        breaker.failed()
    due(paid, PART)
    run_jobs()
    assert (stage.refunds[0]["status"], stage.refunds[0]["requested_at"]) == ("requested", None)
    breaker.succeeded()
    hurry("payments.refund")
    run_jobs()
    assert (stage.refunds[0]["status"], till.calls("refund", paid)) == ("pending", 1)


def test_one_refund_of_a_payment_is_in_flight_and_wakes_the_next(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    due(paid, PART)
    run_jobs()
    due(paid, PART)
    run_jobs()
    assert [one["status"] for one in stage.refunds] == ["pending", "due"]
    assert len(till.refunds(paid)) == 1
    till.move_refund(till.refunds(paid)[0]["id"], "processed")
    follow.follow(stage.refunds[0]["id"])
    assert stage.states == ("confirmed", "paid")
    run_jobs()
    assert [one["status"] for one in stage.refunds] == ["processed", "pending"]
    till.move_refund(till.refunds(paid)[0]["id"], "processed")
    follow_up(run_jobs)
    assert stage.states == ("confirmed", "partially_refunded")
    assert stage.payment["refunded_amount"] == 2 * PART


def test_a_refund_the_gateway_refuses_fails_and_a_person_may_send_it_again(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    refund_id = due(paid, PART)
    run_jobs()
    till.move_refund(till.refunds(paid)[0]["id"], "failed")
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "failed"
    assert stage.payment["refunded_amount"] == 0
    assert promised("payments.refund") == []
    refund.again(refund_id)
    run_jobs()
    assert stage.refunds[0]["status"] == "pending"
    assert [one["status"] for one in till.refunds(paid)] == ["pending", "failed"]


def test_needs_attention_asks_the_guest_once_and_goes_on(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    due(paid, PART)
    run_jobs()
    gateway_id = till.refunds(paid)[0]["id"]
    till.move_refund(gateway_id, "needs-attention")
    follow_up(run_jobs)
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "needs_attention"
    assert len(mails("refund_needs_attention")) == 1
    till.move_refund(gateway_id, "processed")
    follow_up(run_jobs)
    assert stage.refunds[0]["status"] == "processed"


def test_a_cancelled_booking_gives_all_back_once(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    refund.of_booking(stage.booking_id)
    assert stage.refunds == []
    run("UPDATE bookings SET status = 'cancelled'")
    refund.of_booking(stage.booking_id)
    refund.of_booking(stage.booking_id)
    run_jobs()
    (ours,) = stage.refunds
    assert (ours["amount"], ours["reason"], ours["status"]) == (stage.total, "booking_cancelled", "pending")
    assert stage.states == ("cancelled", "refund_due")
    assert len(till.refunds(paid)) == 1
    assert len(mails("refund_due")) == 1


def test_the_gateways_webhooks_hasten_the_look(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, webhooks: None
) -> None:
    due(paid, PART)
    run_jobs()
    till.move_refund(till.refunds(paid)[0]["id"], "processed")
    eventually(lambda: "payments.follow_refund" in promised())
    run_jobs()
    assert stage.refunds[0]["status"] == "processed"


def test_the_guest_sees_his_refunds(stage: Stage, run_jobs: Jobs, paid: str) -> None:
    refund_id = due(paid, PART)
    run_jobs()
    (shown,) = stage.guest.get(f"/payments/{paid}/refunds").json["items"]
    assert shown | {"created_at": ""} == {
        "id": str(refund_id),
        "amount": PART,
        "currency": "NGN",
        "reason": "staff",
        "status": "pending",
        "created_at": "",
        "processed_at": None,
    }
