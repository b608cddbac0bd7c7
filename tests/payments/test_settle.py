"""Learning of money, by whatever way, and what becomes of it."""

import threading
from collections.abc import Callable

import pytest

from app.payments.service import confirm, settle, verify, watch
from app.bookings.service import expire
from tests import factories
from tests.api import Api
from tests.payments.stage import Stage, hurry, mails, promised, rows, run, told
from tests.payments.till import Till

Jobs = Callable[[], int]


def all_at_once(work: Callable[[], object], times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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
    settle_gateway = verify.paystack.gateway().http.breaker
    settle_gateway._rests_until = 0.0


@pytest.mark.parametrize("lie", [{"amount_delta": -100}, {"amount_delta": 100}, {"currency": "USD"}, {"domain": "live"}])
def test_case_37_the_wrong_money_is_reviewed_never_confirmed(
    stage: Stage, till: Till, run_jobs: Jobs, lie: dict[str, object]
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
    assert stage.start().json["code"] == "booking_is_paid"
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
    assert (refund["payment_id"], refund["amount"], refund["reason"]) == (by_reference[other]["id"], stage.total, "paid_twice")
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


def test_a_transaction_reversed_behind_our_back_is_never_confirmed(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.switch(scope=reference, status="reversed")
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.payment["status"], stage.payment["kept"], stage.states) == ("reversed", None, ("pending_payment", "unpaid"))


class TestTheEndOfTheHold:
    def test_not_paid_lets_the_rooms_go_before_the_grace_is_over(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        stage.started()
        stage.end_hold()
        assert expire.sweep() == 0
        assert run_jobs() == 1
        assert stage.states == ("expired", "unpaid")
        assert (stage.payment["status"], till.calls("verify"), rows("allocations")) == ("abandoned", 1, [])
        assert stage.payment["next_check_at"] is not None

    @pytest.mark.parametrize("word", ["ongoing", "pending", "a_new_word"])
    def test_anything_else_waits_for_the_grace(self, stage: Stage, till: Till, run_jobs: Jobs, word: str) -> None:
        till.switch(scope=stage.started(), status=word)
        stage.end_hold()
        expire.sweep()
        run_jobs()
        assert (stage.states, len(rows("allocations"))) == (("pending_payment", "unpaid"), 1)
        stage.lapse()
        assert expire.sweep() == 1

    def test_paid_at_the_last_moment_is_confirmed(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        till.pay(stage.started())
        stage.end_hold()
        expire.sweep()
        run_jobs()
        assert stage.states == ("confirmed", "paid")

    def test_no_answer_waits_for_the_grace(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        stage.started()
        till.switch(verify="500")
        stage.end_hold()
        expire.sweep()
        run_jobs()
        assert stage.states == ("pending_payment", "unpaid")
        stage.lapse()
        assert expire.sweep() == 1
        till.clear()
        hurry("bookings.hold_lapsed")
        run_jobs()
        assert stage.states == ("expired", "unpaid")


class TestRechecks:
    def test_case_38_no_webhook_ever_comes(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        till.pay(stage.started())
        assert watch.recheck() == 0
        run("UPDATE payments SET next_check_at = clock_timestamp() - interval '1 s'")
        assert watch.recheck() == 1
        assert watch.recheck() == 0
        run_jobs()
        assert stage.states == ("confirmed", "paid")

    @pytest.mark.parametrize(
        ("age", "booking_status", "wait"),
        [
            (1, "pending_payment", 10),
            (20, "pending_payment", 20),
            (500, "pending_payment", 60),
            (500, "expired", 500),
            (50_000, "expired", 3600),
            (72 * 3600 + 1, "expired", None),
        ],
    )
    def test_pauses_double_stay_short_while_held_and_end(
        self, stage: Stage, age: int, booking_status: str, wait: int | None
    ) -> None:
        stage.started()
        run("UPDATE bookings SET status = :status", status=booking_status)
        run(
            "UPDATE payments SET next_check_at = clock_timestamp(), created_at = clock_timestamp() - make_interval(secs => :age)",
            age=age,
        )
        assert watch.recheck() == 1
        (row,) = rows("(SELECT id, extract(epoch FROM next_check_at - clock_timestamp()) AS pause FROM payments) AS p")
        assert row["pause"] is None if wait is None else wait - 2 < row["pause"] < wait + 2

    def test_a_check_that_is_promised_is_enough(self, stage: Stage) -> None:
        stage.started()
        run("UPDATE payments SET next_check_at = clock_timestamp()")
        assert watch.recheck() == 1
        run("UPDATE payments SET next_check_at = clock_timestamp()")
        assert watch.recheck() == 0
        assert promised("payments.verify") == ["payments.verify"]

    def test_two_ticks_at_once_claim_each_payment_once(self, stage: Stage) -> None:
        stage.started()
        run("UPDATE payments SET next_check_at = clock_timestamp()")
        found: list[int] = []
        all_at_once(lambda: found.append(watch.recheck()), 4)
        assert sorted(found) == [0, 0, 0, 1]

    def test_an_attempt_of_a_booking_that_no_longer_waits_is_given_up_and_still_watched(
        self, stage: Stage, till: Till, run_jobs: Jobs
    ) -> None:
        reference = stage.started()
        stage.lapse()
        expire.sweep()
        stage.check(reference)
        run_jobs()
        assert stage.payment["status"] == "abandoned"
        assert stage.payment["next_check_at"] is not None


class TestWishes:
    def test_a_guest_may_ask_once_in_three_seconds(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        reference = stage.started()
        path = f"/payments/{reference}/verify"
        assert [stage.guest.post(path).status_code for _ in range(4)] == [202] * 4
        assert promised("payments.verify") == ["payments.verify"]
        run_jobs()
        assert stage.guest.post(path).status_code == 202
        assert promised("payments.verify") == []
        run("UPDATE payments SET asked_at = asked_at - interval '3 s'")
        assert stage.guest.post(path).status_code == 202
        assert promised("payments.verify") == ["payments.verify"]
        assert till.calls("verify") == 1

    def test_at_once_by_many(self, stage: Stage) -> None:
        reference = stage.started()
        all_at_once(lambda: verify.wish(reference), 6)
        assert promised("payments.verify") == ["payments.verify"]


def test_two_guests_do_not_wait_for_each_other(api: Api, till: Till, run_jobs: Jobs) -> None:
    hotel = factories.hotel({"Deluxe": 3})
    stages = [Stage(api, hotel) for _ in range(3)]
    for one in stages:
        till.pay(one.started())
        one.check(one.payment["reference"])
    run_jobs()
    assert [one.states for one in stages] == [("confirmed", "paid")] * 3
    assert settle.HANDLERS.keys() == set(settle.Meaning)
