"""Owing a refund: the row that promises the money back, in the transaction of its cause."""

from sqlalchemy.orm import Session

from app.bookings.models import Booking, PaymentStatus
from app.bookings.service import money
from app.core import clock
from app.core.announce import announce
from app.core.clock import sql_seconds
from app.core.columns import new_id
from app.core.outbox import enqueue
from app.mail.service import queue_email
from app.payments import emails, events, queries, reasons
from app.payments.jobs import REFUND
from app.payments.models import Payment, Refund, RefundState

SAFETY_SECONDS = 60


def all_of_it(session: Session, booking: Booking, payment: Payment, reason: str) -> Refund | None:
    """Owes what the payment has not given back yet; None when all of it is owed or back already. Booking and payment are locked."""
    return some_of_it(session, booking, payment, left(session, payment), reason)


def some_of_it(session: Session, booking: Booking, payment: Payment, amount: int, reason: str) -> Refund | None:
    """Owes `amount` kobo; None when that is nothing."""
    if amount <= 0:
        return None
    refund = _insert(session, payment, amount, reason)
    if payment.kept:
        money.note(session, booking, PaymentStatus.REFUND_DUE)
    announce(session, *events.refund_changed(booking, payment, refund))
    if reason not in reasons.TOLD_BEFORE:
        queue_email(session, emails.refund_due(session, refund))
    enqueue(session, REFUND, refund_id=refund.id)
    return refund


def left(session: Session, payment: Payment) -> int:
    """Kobo of the payment that no refund speaks for; one that failed waits for a person and still speaks for its money."""
    return payment.amount - sum(refund.amount for refund in queries.refunds_of(session, payment.id))


def _insert(session: Session, payment: Payment, amount: int, reason: str) -> Refund:
    """`next_check_at` lets the tick find it, should the job be lost to a person's mistake."""
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        booking_id=payment.booking_id,
        amount=amount,
        currency=payment.currency,
        reason=reason,
        status=RefundState.DUE,
        next_check_at=clock.sql_now() + sql_seconds(SAFETY_SECONDS),
    )
    session.add(refund)
    session.flush()
    return refund
