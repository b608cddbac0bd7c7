"""Refunds as tests make them: promised, hurried, looked at again."""

from collections.abc import Callable
from uuid import UUID

from app.core.columns import new_id
from app.payments.service import watch
from tests.payments.stage import hurry, run

Jobs = Callable[[], int]
PART = 1_000_000

DUE = """
INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status, next_check_at)
SELECT :id, id, booking_id, :amount, currency, 'staff', 'due', clock_timestamp() FROM payments WHERE reference = :reference
"""
AGED = "UPDATE refunds SET requested_at = requested_at - interval '1 minute', looked_at = looked_at - interval '11 minutes'"


def due(reference: str, amount: int) -> UUID:
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
