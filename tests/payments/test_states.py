"""The full matrix of both machines: every move that is in the table happens, every other is refused with those that are."""

import itertools

import pytest

from app.core.errors import IllegalTransition
from app.payments.models import Payment, PaymentState, Refund, RefundState
from app.payments.states import PAYMENT_NEXT, REFUND_NEXT, move_payment, move_refund

PAYMENT_MOVES = {
    "queued": {"initialized", "abandoned", "success", "review", "reversed"},
    "initialized": {"success", "failed", "abandoned", "review", "reversed"},
    "failed": {"success", "review", "reversed"},
    "abandoned": {"success", "review", "reversed"},
    "review": {"success", "reversed"},
    "success": {"reversed"},
    "reversed": set[str](),
}
REFUND_MOVES = {
    "due": {"requested"},
    "requested": {"pending", "processing", "processed", "failed", "needs_attention"},
    "pending": {"processing", "processed", "failed", "needs_attention"},
    "processing": {"processed", "failed", "needs_attention"},
    "needs_attention": {"processing", "processed", "failed"},
    "failed": {"due"},
    "processed": set[str](),
}


@pytest.mark.parametrize(("came_from", "to"), list(itertools.product(PaymentState, PaymentState)))
def test_a_payment_moves_as_its_table_says(came_from: PaymentState, to: PaymentState) -> None:
    payment = Payment(status=came_from)
    if to in PAYMENT_MOVES[came_from]:
        move_payment(payment, to)
        assert payment.status == to
        return
    with pytest.raises(IllegalTransition) as refused:
        move_payment(payment, to)
    assert refused.value.extra["allowed"] == sorted(PAYMENT_MOVES[came_from])
    assert payment.status == came_from


@pytest.mark.parametrize(("came_from", "to"), list(itertools.product(RefundState, RefundState)))
def test_a_refund_moves_as_its_table_says(came_from: RefundState, to: RefundState) -> None:
    refund = Refund(status=came_from)
    if to in REFUND_MOVES[came_from]:
        move_refund(refund, to)
        assert refund.status == to
        return
    with pytest.raises(IllegalTransition) as refused:
        move_refund(refund, to)
    assert refused.value.extra["allowed"] == sorted(REFUND_MOVES[came_from])
    assert refund.status == came_from


def test_every_state_has_a_row_in_its_table() -> None:
    assert set(PAYMENT_NEXT) == set(PaymentState)
    assert set(REFUND_NEXT) == set(RefundState)
