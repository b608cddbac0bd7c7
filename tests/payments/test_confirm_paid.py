"""A recorded success becomes a confirmed booking or a refund, once, whoever asks and whenever."""

import threading
from collections.abc import Callable

import pytest

from app.bookings.service import expire
from app.payments.service import confirm, verify, watch
from tests.api import Api, new_key
from tests.payments.stage import Stage, all_at_once, mails, promised, rows, run, told
from tests.payments.till import Till

Jobs = Callable[[], int]


def test_case_21_confirmation_delivered_four_times_at_once(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    assert stage.states == ("pending_payment", "unpaid")
    payment_id = stage.payment["id"]
    all_at_once(lambda: confirm.paid(payment_id), 4)
    assert stage.states == ("confirmed", "paid")
    assert len(rows("booking_history", "to_status = 'confirmed'")) == 1
    assert len(told("new_booking")) == 1
    assert len(mails("booking_confirmed")) == 1
    run_jobs()
    assert len(rows("booking_history", "to_status = 'confirmed'")) == 1


def test_already_recorded_never_skips_what_follows(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    run("DELETE FROM outbox WHERE kind = 'job'")
    verify.verify(stage.payment["id"])
    assert promised() == ["payments.confirm_paid"]
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    verify.verify(stage.payment["id"])
    assert promised("payments.confirm_paid") == []


def test_a_success_whose_confirmation_was_lost_is_followed_through(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    run("DELETE FROM outbox WHERE kind = 'job'")
    assert watch.follow_through() == 0
    run("UPDATE payments SET paid_at = paid_at - interval '31 s'")
    assert watch.follow_through() == 1
    assert watch.follow_through() == 0
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    run("UPDATE payments SET follow_up_at = NULL")
    assert watch.follow_through() == 0


def test_case_39_paid_late_and_the_room_is_free(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    stage.lapse()
    assert expire.sweep() == 1
    assert stage.states == ("expired", "unpaid")
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.states, stage.refunds) == ("success", ("confirmed", "paid"), [])
    assert len(rows("allocations", "hold_expires_at IS NULL")) == 1


def test_case_40_paid_late_and_the_room_is_gone(stage: Stage, api: Api, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    stage.lapse()
    other = Stage(api, stage.hotel)
    taken = other.started()
    till.pay(taken)
    other.check(taken)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert other.states == ("confirmed", "paid")
    assert stage.states == ("expired", "refund_due")
    (refund,) = stage.refunds
    assert (refund["amount"], refund["reason"]) == (stage.total, "no_room")
    assert refund["status"] in ("pending", "processing", "processed")
    assert [one["amount"] for one in till.refunds(reference)] == [stage.total]
    assert len(mails("booking_expired_refund")) == 1
    assert mails("refund_due") == []
    assert len(rows("allocations")) == 1


def test_case_44_money_for_a_cancelled_booking_goes_back(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    run("UPDATE bookings SET status = 'cancelled'")
    run("DELETE FROM allocations")
    run_jobs()
    assert stage.states == ("cancelled", "refund_due")
    (refund,) = stage.refunds
    assert (refund["amount"], refund["reason"]) == (stage.total, "booking_cancelled")
    assert len(till.refunds(reference)) == 1


@pytest.mark.parametrize("turn", range(6))
def test_case_44_cancelled_at_the_same_moment(stage: Stage, till: Till, run_jobs: Jobs, turn: int) -> None:
    reference = stage.started()
    till.switch(scope=reference, refund_path="stuck_pending")
    till.pay(reference)
    payment_id = stage.payment["id"]
    verify.verify(payment_id)
    answers: list[int] = []
    path, key = f"/bookings/{stage.booking_id}/cancel", new_key()
    acts = [
        lambda: answers.append(stage.guest.post(path, {"reason": "plans changed"}, key=key).status_code),
        lambda: confirm.paid(payment_id),
    ]
    threads = [threading.Thread(target=act) for act in acts[:: 1 if turn % 2 else -1]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_jobs()
    refunds = [(one["amount"], one["reason"]) for one in stage.refunds]
    assert (answers, stage.states) == ([200], ("cancelled", "refund_due"))
    assert refunds in (
        [(stage.total, "booking_cancelled")],
        [(stage.total, "cancellation")],
    )  # paid after it, or before
    assert (len(till.refunds(reference)), rows("allocations")) == (1, [])
