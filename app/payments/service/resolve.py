"""A person decides about money in review: it counts, or it goes back. Never the system."""

from sqlalchemy.orm import Session

from app.bookings.models import Booking
from app.core.db import reading, transaction
from app.core.errors import IllegalTransition
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.payments import paystack, queries, reasons
from app.payments.errors import PaymentNotFound, RefundInFlight
from app.payments.models import Payment, PaymentState
from app.payments.service import owe, settle

log = logger(__name__)


def accept(reference: str) -> None:
    """The money counts as asked. Raises PaymentNotFound, IllegalTransition."""
    with transaction() as session:
        booking, payment = _lock_in_review(session, reference)
        settle.accept(session, booking, payment)
    PAYMENTS.labels("accepted").inc()
    log.info("payment_accepted", payment=reference)


def refund(reference: str) -> None:
    """All that the gateway took goes back. Raises PaymentNotFound, IllegalTransition, RefundInFlight, Unavailable."""
    with reading() as session:
        _require_review(queries.find_by_reference(session, reference))
    answer = paystack.gateway().verify(reference)
    with transaction() as session:
        booking, payment = _lock_in_review(session, reference)
        if queries.refunds_of(session, payment.id):
            raise RefundInFlight
        amount = answer.amount if answer and answer.amount else payment.amount
        owe.some_of_it(session, booking, payment, amount, reasons.REFUSED_IN_REVIEW)
    log.info("payment_refused_in_review", payment=reference)


def _lock_in_review(session: Session, reference: str) -> tuple[Booking, Payment]:
    found = _require_review(queries.find_by_reference(session, reference))
    booking, payment = queries.lock_with_booking(session, found.id)
    return booking, _require_review(payment)


def _require_review(payment: Payment | None) -> Payment:
    if payment is None:
        raise PaymentNotFound
    if payment.status != PaymentState.REVIEW:
        raise IllegalTransition(f"This payment is {payment.status}, not in review", allowed=[])
    return payment
