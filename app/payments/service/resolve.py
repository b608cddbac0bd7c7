"""A person decides about money in review: it counts, or it goes back. Never the system."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings.models import Booking
from app.core.audit_trail import Subject
from app.core.db import reading, retrying, transaction
from app.core.errors import IllegalTransition
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.payments import paystack, queries, reasons
from app.payments.errors import PaymentNotFound, RefundInFlight
from app.payments.models import Payment, PaymentState
from app.payments.service import owe, settle
from app.payments.service.decision import Decision, was_made

log = logger(__name__)


def accept(reference: str, decision: Decision | None = None) -> bool:
    """The money counts as asked; True if the decision's key had said so before.

    Raises PaymentNotFound, IllegalTransition, RefundInFlight, Mismatch.
    """
    payment_id = _id_of(reference)
    if _accept(payment_id, decision):
        return True
    PAYMENTS.labels("accepted").inc()
    log.info("payment_accepted", payment=reference)
    return False


def refund(reference: str, decision: Decision | None = None) -> bool:
    """All that the gateway took goes back; True if the decision's key had said so before.

    Raises PaymentNotFound, IllegalTransition, RefundInFlight, Unavailable, Mismatch.
    """
    payment_id = _id_of(reference)
    if was_made(decision):
        return True
    with reading() as session:
        _require_review(queries.find_payment(session, payment_id))
    answer = paystack.gateway().verify(reference)
    if _refund(payment_id, answer.amount if answer else None, decision):
        return True
    log.info("payment_refused_in_review", payment=reference)
    return False


def _id_of(reference: str) -> UUID:
    with reading() as session:
        found = queries.find_by_reference(session, reference)
    if found is None:
        raise PaymentNotFound
    return found.id


@retrying
def _accept(payment_id: UUID, decision: Decision | None) -> bool:
    with transaction() as session:
        if decision and decision.claim(session, payment_id):
            return True
        booking, payment = _lock_in_review(session, payment_id)
        before = {"status": payment.status, "review_reason": payment.review_reason}
        settle.accept(session, booking, payment)
        if decision:
            after = {"status": str(payment.status), "kept": payment.kept}
            decision.note(session, "payment.accept", Subject("payment", payment_id), before, **after)
    return False


@retrying
def _refund(payment_id: UUID, taken: int | None, decision: Decision | None) -> bool:
    """`taken`: kobo, by the gateway's word."""
    with transaction() as session:
        if decision and decision.claim(session, payment_id):
            return True
        booking, payment = _lock_in_review(session, payment_id)
        amount = taken or payment.amount
        owe.some_of_it(session, booking, payment, amount, reasons.REFUSED_IN_REVIEW)
        if decision:
            before = {"status": payment.status, "review_reason": payment.review_reason}
            decision.note(session, "payment.refund", Subject("payment", payment_id), before, refund_amount=amount)
    return False


def _lock_in_review(session: Session, payment_id: UUID) -> tuple[Booking, Payment]:
    """Who has decided that it goes back has decided: it must not buy something as well. Raises RefundInFlight."""
    booking, payment = queries.lock_with_booking(session, payment_id)
    _require_review(payment)
    if queries.refunds_of(session, payment.id):
        raise RefundInFlight
    return booking, payment


def _require_review(payment: Payment | None) -> Payment:
    if payment is None:
        raise PaymentNotFound
    if payment.status != PaymentState.REVIEW:
        raise IllegalTransition(f"This payment is {payment.status}, not in review", allowed=[])
    return payment
