"""A refund is followed to its end, and what it means for its booking."""

from typing import Any

from app.payments.service import follow, refund
from tests.payments.going_back import PART, Jobs, due, follow_up
from tests.payments.stage import Stage, mails, promised, run
from tests.payments.till import Till, eventually


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


def test_the_gateways_webhooks_hasten_the_look(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str, webhooks: None
) -> None:
    due(paid, PART)
    run_jobs()
    till.move_refund(till.refunds(paid)[0]["id"], "processed")
    eventually(lambda: "payments.follow_refund" in promised())
    run_jobs()
    assert stage.refunds[0]["status"] == "processed"


def test_a_cancelled_booking_gives_back_what_it_promised_once(
    stage: Stage, till: Till, run_jobs: Jobs, paid: str
) -> None:
    refund.of_booking(stage.booking_id, "cancellation")
    assert stage.refunds == []
    run("UPDATE bookings SET status = 'cancelled', returned_amount = 4000000")
    refund.of_booking(stage.booking_id, "cancellation")
    refund.of_booking(stage.booking_id, "cancellation")
    run_jobs()
    (ours,) = stage.refunds
    assert (ours["amount"], ours["reason"], ours["status"]) == (4_000_000, "cancellation", "pending")
    assert stage.states == ("cancelled", "refund_due")
    assert len(till.refunds(paid)) == 1
    assert mails("refund_due") == []  # the mail about the cancellation has told it


def test_the_guest_sees_his_refunds(stage: Stage, run_jobs: Jobs, paid: str) -> None:
    refund_id = due(paid, PART)
    run_jobs()
    answer: Any = stage.guest.get(f"/payments/{paid}/refunds")
    (shown,) = answer.json["items"]
    assert shown | {"created_at": ""} == {
        "id": str(refund_id),
        "amount": PART,
        "currency": "NGN",
        "reason": "staff",
        "status": "pending",
        "created_at": "",
        "processed_at": None,
    }
