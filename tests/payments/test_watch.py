"""The end of a hold, the sweeps, and people who want to know."""

from collections.abc import Callable

import pytest

from app.bookings.service import expire
from app.payments.service import verify, watch
from tests.payments.stage import Stage, all_at_once, hurry, promised, rows, run
from tests.payments.till import Till

Jobs = Callable[[], int]


class TestTheEndOfTheHold:
    def test_not_paid_lets_the_rooms_go_before_the_grace_is_over(
        self, stage: Stage, till: Till, run_jobs: Jobs
    ) -> None:
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
            (500, "pending_payment", 55),
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
        self, stage: Stage, run_jobs: Jobs
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
