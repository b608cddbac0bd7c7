"""What the gateway says of a refund, written down with all that follows from it."""

from sqlalchemy.orm import Session

from app.bookings.models import Booking
from app.config import settings
from app.core.announce import announce
from app.core.clock import sql_now, sql_seconds
from app.core.logging import logger
from app.core.outbox import enqueue
from app.mail.service import queue_email
from app.payments import emails, events, queries, states
from app.payments.answers import RefundAnswer
from app.payments.jobs import REFUND
from app.payments.models import Payment, PaymentState, Refund, RefundState
from app.payments.service import balance

WORDS = {
    "pending": RefundState.PENDING,
    "processing": RefundState.PROCESSING,
    "processed": RefundState.PROCESSED,
    "failed": RefundState.FAILED,
    "needs-attention": RefundState.NEEDS_ATTENTION,
}

log = logger(__name__)


def record(session: Session, booking: Booking, payment: Payment, refund: Refund, answer: RefundAnswer) -> None:
    """Moves the refund to where the gateway has it; states jump forward and never go back. All three are locked."""
    to = WORDS.get(answer.status)
    if to is None:
        log.error("gateway_refund_status_unknown", refund_id=str(refund.id), status=answer.status)
        to = RefundState.PENDING
    if to in states.REFUND_NEXT[RefundState(refund.status)]:
        move(session, booking, payment, refund, to)


def move(session: Session, booking: Booking, payment: Payment, refund: Refund, to: RefundState) -> None:
    """The move and what follows from it: balances, mails, events, the next refund that waits."""
    states.move_refund(refund, to)
    refund.next_check_at = sql_now() + sql_seconds(settings().refund_follow_seconds)
    if to is RefundState.PROCESSED:
        _processed(session, booking, payment, refund)
    elif to is RefundState.FAILED:
        refund.next_check_at = None
        log.error("refund_failed", refund_id=str(refund.id), payment=payment.reference, booking=booking.reference)
    elif to is RefundState.NEEDS_ATTENTION:
        _needs_attention(session, payment, refund)
    session.flush()
    announce(session, *events.refund_changed(booking, payment, refund))


def is_whole(payment: Payment, refund: Refund) -> bool:
    """Whether it gives back all that the transaction took. Money in review goes back whole or not at all."""
    return payment.status == PaymentState.REVIEW or refund.amount >= payment.amount


def _processed(session: Session, booking: Booking, payment: Payment, refund: Refund) -> None:
    whole = is_whole(payment, refund)
    refund.processed_at, refund.next_check_at = sql_now(), None
    payment.refunded_amount = min(payment.amount, payment.refunded_amount + refund.amount)
    if whole and payment.status in states.MONEY_IS_IN:
        payment.next_check_at = None
        states.move_payment(payment, PaymentState.REVERSED)
    session.flush()
    waiting = queries.next_due_refund(session, payment.id)
    if waiting is not None:
        enqueue(session, REFUND, refund_id=waiting)
    elif payment.kept:
        balance.note(session, booking)
    queue_email(session, emails.refund_processed(session, refund))


def _needs_attention(session: Session, payment: Payment, refund: Refund) -> None:
    """The gateway wants the guest's account; without a gateway's id it is our own doubt, which is no business of his."""
    log.error("refund_needs_attention", refund_id=str(refund.id), payment=payment.reference, why=refund.last_error)
    if refund.gateway_id is not None:
        queue_email(session, emails.refund_needs_attention(session, refund))
