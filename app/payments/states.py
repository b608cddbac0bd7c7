"""The lives of a payment and of a refund, and the one mover of each."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.core.clock import sql_now
from app.core.errors import IllegalTransition
from app.payments.models import Payment, PaymentState, Refund, RefundState

State = TypeVar("State", bound=StrEnum)

_PAID_LATE = frozenset({PaymentState.SUCCESS, PaymentState.REVIEW, PaymentState.REVERSED})

PAYMENT_NEXT: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.QUEUED: _PAID_LATE | {PaymentState.INITIALIZED, PaymentState.ABANDONED},
    PaymentState.INITIALIZED: _PAID_LATE | {PaymentState.FAILED, PaymentState.ABANDONED},
    PaymentState.FAILED: _PAID_LATE,  # the same link can still be paid
    PaymentState.ABANDONED: _PAID_LATE,
    PaymentState.REVIEW: frozenset({PaymentState.SUCCESS, PaymentState.REVERSED}),
    PaymentState.SUCCESS: frozenset({PaymentState.REVERSED}),
    PaymentState.REVERSED: frozenset(),
}

_FINAL = frozenset({RefundState.PROCESSED, RefundState.FAILED})

REFUND_NEXT: dict[RefundState, frozenset[RefundState]] = {
    RefundState.DUE: frozenset({RefundState.REQUESTED}),
    # Whoever asks now and then misses steps: states jump forward, never back.
    RefundState.REQUESTED: _FINAL | {RefundState.PENDING, RefundState.PROCESSING, RefundState.NEEDS_ATTENTION},
    RefundState.PENDING: _FINAL | {RefundState.PROCESSING, RefundState.NEEDS_ATTENTION},
    RefundState.PROCESSING: _FINAL | {RefundState.NEEDS_ATTENTION},
    RefundState.NEEDS_ATTENTION: _FINAL | {RefundState.PROCESSING},
    RefundState.FAILED: frozenset({RefundState.DUE}),  # by a person
    RefundState.PROCESSED: frozenset(),
}

OPEN = frozenset({PaymentState.QUEUED, PaymentState.INITIALIZED})
MONEY_IS_IN = frozenset({PaymentState.SUCCESS, PaymentState.REVIEW})
IN_FLIGHT = frozenset({RefundState.REQUESTED, RefundState.PENDING, RefundState.PROCESSING, RefundState.NEEDS_ATTENTION})


def move_payment(payment: Payment, to: PaymentState) -> None:
    """Checks and stamps the move. Raises IllegalTransition with the moves allowed."""
    _check("payment", PaymentState(payment.status), to, PAYMENT_NEXT)
    payment.status, payment.updated_at = to, sql_now()


def move_refund(refund: Refund, to: RefundState) -> None:
    """Checks and stamps the move. Raises IllegalTransition with the moves allowed."""
    _check("refund", RefundState(refund.status), to, REFUND_NEXT)
    refund.status, refund.updated_at = to, sql_now()


def _check(what: str, came_from: State, to: State, allowed: Mapping[State, frozenset[State]]) -> None:
    if to not in allowed[came_from]:
        raise IllegalTransition(f"A {what} that is {came_from} cannot become {to}", allowed=sorted(allowed[came_from]))
