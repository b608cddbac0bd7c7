"""What ticks do: find by SQL what is due, promise the rest. Nothing here waits for a vendor."""

from app.config import settings
from app.core.db import transaction
from app.core.outbox import enqueue, enqueue_many
from app.payments import queries
from app.payments.jobs import CONFIRM_PAID, FOLLOW_REFUND, RECONCILE, REFUND, VERIFY_PAYMENT

HELD_SECONDS = 55  # a minute at most between two looks, and the tick that finds them comes every 5 s
FREE_SECONDS = 3600
LONGEST_SECONDS = 72 * 3600


def recheck() -> int:
    """Payments that nobody told us about: asked at 10 s, 20 s … of their age, at most a minute apart while the hold lives, else an hour,
    for three days. Returns how many.
    """
    first = settings().payment_recheck_seconds
    pauses = {"first": first, "held": max(first, HELD_SECONDS), "free": max(first, FREE_SECONDS)}
    with transaction() as session:
        due = queries.claim_rechecks(session, **pauses, longest=LONGEST_SECONDS, soon=HELD_SECONDS)
        enqueue_many(session, VERIFY_PAYMENT, [{"payment_id": payment_id} for payment_id in due])
    return len(due)


def follow_through() -> int:
    """Successes that their booking has not heard of for 30 seconds. Returns how many."""
    with transaction() as session:
        due = queries.claim_unapplied(session)
        enqueue_many(session, CONFIRM_PAID, [{"payment_id": payment_id} for payment_id in due])
    return len(due)


def follow_refunds() -> int:
    """Refunds that are not final: those that the gateway knows are asked about, the others are asked for. Returns how many."""
    with transaction() as session:
        due = queries.claim_refunds(session, settings().refund_follow_seconds)
        enqueue_many(session, FOLLOW_REFUND, [{"refund_id": row.id} for row in due if row.gateway_id is not None])
        enqueue_many(session, REFUND, [{"refund_id": row.id} for row in due if row.gateway_id is None])
    return len(due)


def order_reconciliation() -> None:
    """The hour's comparison with the gateway's own list; it needs the network, so a worker does it."""
    with transaction() as session:
        enqueue(session, RECONCILE)
