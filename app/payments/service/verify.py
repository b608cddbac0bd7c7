"""Asking the gateway what became of a payment. A webhook's word, a redirect or a guest's wish only make us ask."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import queries as booking_queries
from app.bookings.models import BookingStatus
from app.bookings.service import expire
from app.core.db import reading, retrying, transaction
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.core.outbox import enqueue
from app.payments import paystack, queries, states
from app.payments.jobs import VERIFY_PAYMENT
from app.payments.models import Payment, PaymentState
from app.payments.service import settle
from app.payments.verdict import NOT_PAID

PAUSE_SECONDS = 3

log = logger(__name__)


def verify(payment_id: UUID) -> None:
    """Asks, and settles what the gateway says. Raises Unavailable when it says nothing: then nothing is concluded."""
    with reading() as session:
        payment = queries.find_payment(session, payment_id)
    if payment is not None and payment.status != PaymentState.REVERSED:
        settle.record(payment_id, paystack.gateway().verify(payment.reference))


def wish(reference: str) -> None:
    """A person wants to know: the check is promised, at most once in three seconds a payment. Nothing for an unknown reference."""
    with transaction() as session:
        payment = queries.find_by_reference(session, reference)
        if payment is not None and queries.claim_asked(session, payment.id, PAUSE_SECONDS):
            enqueue(session, VERIFY_PAYMENT, payment_id=payment.id)


def at_hold_end(booking_id: UUID) -> None:
    """The hold of a started payment has ended: the gateway is asked once about each attempt, and the rooms go if all say "not paid".

    Anything else waits for the grace, whose end the bookings' sweep knows. Raises Unavailable when the gateway does not answer.
    """
    with reading() as session:
        booking = booking_queries.get_booking(session, booking_id)
        attempts = queries.payable(session, booking_id)
    if booking.status != BookingStatus.PENDING_PAYMENT:
        return
    answers = [settle.record(payment.id, paystack.gateway().verify(payment.reference)) for payment in attempts]
    if all(answer in NOT_PAID for answer in answers):
        _release(booking_id, {payment.id for payment in attempts})


@retrying
def _release(booking_id: UUID, asked: set[UUID]) -> None:
    """Only if nothing happened meanwhile: no money, and no attempt that the gateway was not asked about."""
    with transaction() as session:
        booking = booking_queries.lock_booking(session, booking_id)
        payments = queries.lock_payments(session, Payment.booking_id == booking_id)
        released = _all_unpaid(payments, asked) and expire.release_unpaid(session, booking)
        if released:
            _abandon(session, payments)
    if released:
        expire.tell(booking)
        PAYMENTS.labels("abandoned").inc()


def _all_unpaid(payments: list[Payment], asked: set[UUID]) -> bool:
    return all(payment.id in asked and payment.status not in states.MONEY_IS_IN for payment in payments)


def _abandon(session: Session, payments: list[Payment]) -> None:
    for payment in payments:
        if payment.status in states.OPEN:
            states.move_payment(payment, PaymentState.ABANDONED)
    session.flush()
