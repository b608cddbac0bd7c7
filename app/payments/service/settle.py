"""Writing down what the gateway said about a payment, together with the job that follows from it: one transaction, one place.

Whoever learns of money (webhook, return page, guest, sweep, reconciliation) comes through here. "Already done" skips what is done and
never what follows from it, so that any of them may repeat what another left unfinished.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import queries as booking_queries
from app.bookings.models import Booking, BookingStatus, ChangeStatus
from app.config import settings
from app.core.announce import announce
from app.core.clock import sql_now
from app.core.db import retrying, transaction
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.core.outbox import enqueue
from app.payments import events, queries, reasons, states
from app.payments.answers import Transaction
from app.payments.jobs import CONFIRM_PAID, REFUND
from app.payments.models import Payment, PaymentState
from app.payments.service import owe
from app.payments.verdict import Asked, Meaning, differences, meaning

log = logger(__name__)

Handler = Callable[[Session, Booking, Payment, Transaction | None], None]


@retrying
def record(payment_id: UUID, answer: Transaction | None) -> Meaning:
    """Records the answer about this payment and promises what follows. Returns what the answer meant."""
    with transaction() as session:
        booking, payment = queries.lock_with_booking(session, payment_id)
        before = payment.status
        meant = meaning(_asked(payment), answer)
        HANDLERS[meant](session, booking, payment, answer)
        after = payment.status
    if after != before:
        PAYMENTS.labels(after).inc()
        log.info("payment_moved", payment=payment.reference, booking=booking.reference, came_from=before, to=after)
    return meant


def follow(session: Session, booking: Booking, payment: Payment) -> None:
    """Promises once more what a recorded success still needs: its booking's confirmation, or its way back."""
    if payment.kept:
        if payment.applied_at is None:
            enqueue(session, CONFIRM_PAID, payment_id=payment.id)
        return
    if owe.all_of_it(session, booking, payment, reasons.PAID_TWICE) is None:
        due = queries.next_due_refund(session, payment.id)
        if due is not None:
            enqueue(session, REFUND, refund_id=due)


def accept(session: Session, booking: Booking, payment: Payment) -> None:
    """The money counts: this payment is what pays its part, or the second one that does. Booking and payment are locked."""
    payment.kept = not queries.has_kept(session, payment.booking_id, payment.part)
    if not payment.kept:
        payment.applied_at = sql_now()  # the booking has nothing to learn from it
    payment.paid_at = payment.paid_at or sql_now()
    payment.next_check_at = None
    states.move_payment(payment, PaymentState.SUCCESS)
    session.flush()
    announce(session, *events.payment_succeeded(booking, payment))
    follow(session, booking, payment)


def _asked(payment: Payment) -> Asked:
    return Asked(payment.reference, payment.amount, payment.currency, settings().gateway_mode)


def _note(payment: Payment, answer: Transaction) -> None:
    payment.gateway_status, payment.gateway_response = answer.status, answer.gateway_response
    payment.gateway_id = answer.gateway_id or payment.gateway_id
    payment.channel = answer.channel or payment.channel


def _note_money(payment: Payment, answer: Transaction) -> None:
    _note(payment, answer)
    payment.fees, payment.paid_at = answer.fees, answer.paid_at


def _paid(session: Session, booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    if payment.status == PaymentState.SUCCESS:
        follow(session, booking, payment)
    elif answer and payment.status not in (PaymentState.REVIEW, PaymentState.REVERSED):
        _note_money(payment, answer)
        accept(session, booking, payment)


def _wrong(_session: Session, booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    """Money came that is not what we asked for. Never confirmed by itself: a person accepts it or sends it back."""
    if answer is None or payment.status == PaymentState.REVIEW:
        return
    why = "; ".join(differences(_asked(payment), answer))
    log.error("payment_needs_review", payment=payment.reference, booking=booking.reference, why=why)
    if PaymentState.REVIEW not in states.PAYMENT_NEXT[PaymentState(payment.status)]:
        return
    _note_money(payment, answer)
    payment.review_reason, payment.next_check_at = why, None
    states.move_payment(payment, PaymentState.REVIEW)


def _failed(session: Session, booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    """The link can still be paid, so the checks go on."""
    if answer is None or payment.status in states.MONEY_IS_IN or payment.status == PaymentState.REVERSED:
        return
    _note(payment, answer)
    if payment.status == PaymentState.INITIALIZED:
        states.move_payment(payment, PaymentState.FAILED)
        session.flush()
        announce(session, *events.payment_failed(booking, payment))


def _nobody_paid(session: Session, booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    """Means "not yet" while the booking waits, and gives the attempt up when it no longer does; the checks go on all the same."""
    if payment.status not in states.OPEN:
        return
    if answer is not None:
        _note(payment, answer)
    if not _is_waited_for(session, booking, payment):
        states.move_payment(payment, PaymentState.ABANDONED)


def _is_waited_for(session: Session, booking: Booking, payment: Payment) -> bool:
    """A booking waits for its first part, a change of it for a later one."""
    if payment.part == 1:
        return booking.status == BookingStatus.PENDING_PAYMENT
    change = booking_queries.find_change_of_part(session, booking.id, payment.part)
    return change is not None and change.status == ChangeStatus.WAITING


def _waiting(_session: Session, _booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    if answer is not None and payment.status in states.OPEN:
        _note(payment, answer)


def _reversed(session: Session, booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    """All went back. By our refunds as it should be, done or under way; otherwise someone took it back, and a person must look."""
    if payment.status == PaymentState.REVERSED or answer is None:
        return
    if payment.status == PaymentState.SUCCESS and owe.left(session, payment) > 0:
        log.error(
            "payment_reversed", payment=payment.reference, booking=booking.reference, refunded=payment.refunded_amount
        )
    _note(payment, answer)
    payment.next_check_at = None
    states.move_payment(payment, PaymentState.REVERSED)


def _odd(_session: Session, _booking: Booking, payment: Payment, answer: Transaction | None) -> None:
    """A new word of the gateway's: nothing is concluded, people hear of it."""
    log.error("gateway_status_unknown", payment=payment.reference, status=answer.status if answer else None)


HANDLERS: dict[Meaning, Handler] = {
    Meaning.PAID: _paid,
    Meaning.WRONG: _wrong,
    Meaning.FAILED: _failed,
    Meaning.ABANDONED: _nobody_paid,
    Meaning.UNKNOWN: _nobody_paid,
    Meaning.WAITING: _waiting,
    Meaning.REVERSED: _reversed,
    Meaning.ODD: _odd,
}
