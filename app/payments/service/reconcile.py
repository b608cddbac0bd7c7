"""The gateway's own list of two days against ours, both ways."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from app.core import clock
from app.core.db import reading, transaction
from app.core.errors import Unavailable
from app.core.logging import logger
from app.core.outbox import enqueue
from app.payments import paystack, queries
from app.payments.answers import Transaction
from app.payments.jobs import VERIFY_PAYMENT
from app.payments.models import PaymentState
from app.payments.references import is_ours
from app.payments.states import MONEY_IS_IN

SPAN = timedelta(days=2)
SETTLING = timedelta(minutes=5)
CHUNK = 100
AGREES = {"success": MONEY_IS_IN | {PaymentState.REVERSED}, "reversed": frozenset({PaymentState.REVERSED})}

log = logger(__name__)


def reconcile() -> int:
    """RECONCILE. What differs is asked about once more; what is not ours to repair is told to people. Returns how many differed.

    A gateway that is away ends it: the next hour comes anyway.
    """
    with reading() as session:
        now = clock.now(session)
    try:
        return _reconcile(now)
    except Unavailable as error:
        log.warning("payments_not_reconciled", code=error.code, detail=error.detail)
        return 0


def _reconcile(now: datetime) -> int:
    differing, seen = 0, set[str]()
    listed = paystack.gateway().transactions_since(now - SPAN)
    while chunk := list(islice(listed, CHUNK)):
        seen |= {transaction.reference for transaction in chunk}
        differing += _compare(chunk)
    differing += _tell_missing(now, seen)
    log.info("payments_reconciled", transactions=len(seen), differing=differing)
    return differing


def _compare(chunk: Iterable[Transaction]) -> int:
    """Money that the gateway has and our rows do not show is verified, which settles it."""
    moved = [transaction for transaction in chunk if transaction.status in AGREES]
    differing = 0
    with transaction() as session:
        known = queries.known_references(session, [transaction.reference for transaction in moved])
        for told in moved:
            payment_id, status = known.get(told.reference, (None, None))
            if payment_id is None:
                differing += _tell_unknown(told)
            elif status not in AGREES[told.status]:
                log.error("gateway_and_payment_differ", payment=told.reference, ours=status, theirs=told.status)
                enqueue(session, VERIFY_PAYMENT, payment_id=payment_id)
                differing += 1
    return differing


def _tell_unknown(told: Transaction) -> int:
    """1 for money under a reference of our shape that no row speaks of; others may share the gateway's account."""
    if not is_ours(told.reference):
        return 0
    log.error("gateway_money_unknown", payment=told.reference, status=told.status, amount=told.amount)
    return 1


def _tell_missing(now: datetime, seen: set[str]) -> int:
    """Attempts that count as paid here and that the gateway does not list."""
    with reading() as session:
        ours = queries.successes_between(session, now - SPAN + SETTLING, now - SETTLING)
    missing = sorted(set(ours) - seen)
    for reference in missing:
        log.error("payment_missing_at_gateway", payment=reference)
    return len(missing)
