"""Money going back leaves once, whatever dies in between."""

import contextlib

import pytest

from app.payments.paystack import gateway
from app.payments.service import refund, watch
from tests.payments.going_back import PART, Jobs, due, follow_up
from tests.payments.stage import Stage, all_at_once, hurry, mails, rows, run, told
from tests.payments.till import Till


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


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_transaction_that_is_reversed_is_an_alarm_unless_our_refund_is_under_way(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, is_ours: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if is_ours:
        due(paid, stage.total)
        run_jobs()
    till.switch(scope=paid, status="reversed")
    stage.check(paid)
    run_jobs()
    assert [refund["status"] for refund in stage.refunds] == ["pending"] * is_ours
    assert stage.payment["status"] == "reversed"
    assert ("payment_reversed" in caplog.text) is not is_ours


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
    assert (ours["status"], ours["looked_at"] is None, till.calls("refund", paid)) == ("requested", False, 1)
    hurry("payments.refund")
    run_jobs()
    assert (stage.refunds[0]["status"], till.calls("refund", paid)) == ("requested", 1)
    follow_up(run_jobs)
    (ours,) = stage.refunds
    assert (ours["status"], ours["looked_at"], till.calls("refund", paid)) == ("pending", None, 2)
    assert len(till.refunds(paid)) == 1


def test_case_42_a_whole_refund_asked_for_twice_at_once_leaves_once(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, impatient: None
) -> None:
    till.switch(refund="hang_after_commit:2", times=1)
    due(paid, stage.total)
    run_jobs()
    assert stage.refunds[0]["status"] == "requested"
    run("UPDATE refunds SET requested_at = NULL")  # as a second worker finds it that asks at the same moment
    hurry("payments.refund")
    run_jobs()
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
        with contextlib.suppress(refund.JustAsked):
            refund.send(refund_id)

    all_at_once(deliver, 4)
    assert (till.calls("refund", paid), len(till.refunds(paid))) == (1, 1)
    assert stage.refunds[0]["status"] == "pending"


def test_a_refund_made_at_the_dashboard_is_a_doubt_for_a_person(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    due(paid, PART)
    run("UPDATE refunds SET status = 'requested', requested_at = clock_timestamp() - interval '1 minute'")
    gateway().refund(paid, "by hand", PART)
    run_jobs()
    assert stage.refunds[0]["status"] == "needs_attention"
    assert stage.refunds[0]["last_error"]
    assert till.calls("refund", paid) == 1
    assert mails("refund_needs_attention") == []


def test_all_reversed_by_someone_else_is_left_to_a_person(stage: Stage, till: Till, run_jobs: Jobs, paid: str) -> None:
    gateway().refund(paid, "by hand", None)
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
    breaker = gateway().http.breaker
    for _ in range(breaker.failures):
        breaker.failed()
    due(paid, PART)
    run_jobs()
    assert (stage.refunds[0]["status"], stage.refunds[0]["requested_at"]) == ("requested", None)
    breaker.succeeded()
    hurry("payments.refund")
    run_jobs()
    assert (stage.refunds[0]["status"], till.calls("refund", paid)) == ("pending", 1)
