"""What waits for a person, and the two lists that are compared."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.core.columns import new_id
from app.core.db import transaction
from app.payments.cli import payments_cli
from app.payments.paystack import gateway
from app.payments.service import reconcile, watch
from tests.payments.stage import Stage, promised, rows, run
from tests.payments.till import Till

Jobs = Callable[[], int]


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(payments_cli, list(arguments))
    return result.exit_code, result.output


@pytest.fixture
def in_review(stage: Stage, till: Till, run_jobs: Jobs) -> str:
    """The reference of a payment for which 100 Naira too little came."""
    reference = stage.started()
    till.switch(scope=reference, amount_delta=-10_000)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.payment["status"] == "review"
    assert stage.payment["review_reason"].startswith(f"amount is {stage.total - 10_000}, not {stage.total}")
    return reference


def test_accepted_money_confirms_the_booking(stage: Stage, run_jobs: Jobs, in_review: str) -> None:
    assert command("resolve", in_review, "accept")[0] == 0
    run_jobs()
    assert (stage.payment["status"], stage.payment["kept"], stage.states) == ("success", True, ("confirmed", "paid"))
    code, output = command("resolve", in_review, "refund")
    assert (code, "not in review" in output, stage.refunds) == (1, True, [])


def test_refused_money_goes_back_whole(stage: Stage, till: Till, run_jobs: Jobs, in_review: str) -> None:
    till.switch(scope=in_review, refund_path="stuck_pending")
    assert command("resolve", in_review, "refund")[0] == 0
    assert command("resolve", in_review, "refund")[0] == 1
    run_jobs()
    (refund,) = stage.refunds
    assert (refund["reason"], refund["status"]) == ("refused_in_review", "pending")
    (there,) = till.refunds(in_review)
    till.move_refund(there["id"], "processed")
    run("UPDATE refunds SET next_check_at = clock_timestamp()")
    watch.follow_refunds()
    run_jobs()
    assert (stage.refunds[0]["status"], stage.payment["status"]) == ("processed", "reversed")
    assert stage.states == ("pending_payment", "unpaid")


@pytest.mark.parametrize(
    "arguments",
    [
        ("resolve", "SS-NOBODY-1-00000000", "accept"),
        ("resolve", "x", "perhaps"),
        ("refund-again", "x"),
        ("refund-again", str(new_id())),
    ],
)
def test_mistakes_are_told(till: Till, arguments: tuple[str, ...]) -> None:
    code, output = command(*arguments)
    assert code != 0
    assert "Error" in output


def test_case_43_money_the_gateway_knows_of_and_we_do_not(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    run("UPDATE payments SET next_check_at = NULL")
    watch.order_reconciliation()
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))
    assert reconcile.reconcile() == 0
    assert promised("payments.verify", "payments.compare") == []


def test_case_43_money_under_a_reference_of_ours_that_no_row_speaks_of_is_told(
    stage: Stage, till: Till, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    reference = stage.started()
    till.pay(reference)
    with transaction() as session:
        session.execute(text("DELETE FROM payments"))
    gateway().initialize({"email": "a@example.com", "amount": 5_000, "reference": "T-of-another-shop"})
    till.pay("T-of-another-shop")
    assert reconcile.reconcile() == 1
    assert reference in caplog.text
    assert "T-of-another-shop" not in caplog.text


def test_a_gateway_that_is_away_is_compared_with_an_hour_later(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    stage.started()
    till.switch(list_transactions="500")
    watch.order_reconciliation()
    assert run_jobs() == 1
    assert promised("payments.compare") == []


def test_unpaid_attempts_do_not_differ(stage: Stage, till: Till) -> None:
    stage.started()
    assert reconcile.reconcile() == 0


def test_paid_here_and_unknown_there_is_told(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    run("UPDATE payments SET created_at = created_at - interval '1 hour'")
    assert reconcile.reconcile() == 0
    till.box.world.state.run("DELETE FROM transactions")
    assert reconcile.reconcile() == 1
    assert [row["status"] for row in rows("payments")] == ["success"]


def test_a_chargeback_is_found(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    till.switch(scope=reference, status="reversed")
    assert reconcile.reconcile() == 1
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("reversed", ("confirmed", "paid"))
    assert reconcile.reconcile() == 0
