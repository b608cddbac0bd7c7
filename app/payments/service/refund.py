"""Sending money back through a gateway that knows no idempotency keys, so that it leaves once, whatever dies in between.

`requested` is committed before the POST, with our refund's id in its note. Whoever finds a refund that was requested and has no answer
looks for that note at the gateway first. A full refund may then be posted again, for the gateway refuses a second one; a partial one only
after two empty looks ten minutes apart. One refund of a payment is in flight at a time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import queries as booking_queries
from app.config import settings
from app.core import clock
from app.core.audit_trail import Subject
from app.core.db import reading, retrying, transaction
from app.core.errors import Unavailable
from app.core.http_client import Resting
from app.core.logging import logger
from app.core.outbox import enqueue
from app.payments import paystack, queries, states
from app.payments.answers import RefundAnswer
from app.payments.errors import AlreadyReversed, InsufficientBalance, KeyRefused, RefundNotFound, Refused
from app.payments.jobs import REFUND
from app.payments.models import Payment, PaymentState, Refund, RefundState
from app.payments.service import balance, owe, progress
from app.payments.service.decision import Decision

LOOK_AGAIN_SECONDS = 600
PATIENCE_SECONDS = 2
POOR_SECONDS = 300

log = logger(__name__)


class JustAsked(Unavailable):
    """Somebody asked for this refund moments ago and may still get his answer."""


class BalanceTooLow(Unavailable):
    """The gateway has too little of our money; a person must fund the balance."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to send back: `amount` kobo, None = all of it. `asked_at`: when it was asked for before, without an answer."""

    refund_id: UUID
    payment_id: UUID
    reference: str
    transaction_id: int | None
    amount: int | None
    asked_at: datetime | None

    @property
    def note(self) -> str:
        return f"refund {self.refund_id}"


def send(refund_id: UUID) -> None:
    """REFUND. Raises Unavailable when the gateway's answer is missing, or the balance too low; then it is tried again."""
    order = _request(refund_id)
    if order is None:
        return
    if order.asked_at is None or _may_ask_again(order, order.asked_at):
        _post(order)


@retrying
def of_booking(booking_id: UUID, reason: str) -> None:
    """REFUND_DUE: what the booking's terms promise back and no refund speaks for yet is owed, the newest part's money first.

    Money it does not know of yet is CONFIRM_PAID's business.
    """
    with transaction() as session:
        booking = booking_queries.lock_booking(session, booking_id)
        paid = (Payment.booking_id == booking_id) & (Payment.status == PaymentState.SUCCESS)
        payments = queries.lock_payments(session, paid, Payment.kept, Payment.applied_at.is_not(None))
        owed = booking.returned_amount - queries.ordered_back(session, booking_id)
        for payment in sorted(payments, key=lambda payment: payment.part, reverse=True):
            amount = min(owed, owe.left(session, payment))
            owe.some_of_it(session, booking, payment, amount, reason)
            owed -= max(0, amount)
        balance.note(session, booking)


@retrying
def again(refund_id: UUID, decision: Decision | None = None) -> bool:
    """A person has a refund that failed sent anew; True if the decision's key had done so before.

    Raises RefundNotFound, IllegalTransition, Mismatch.
    """
    with transaction() as session:
        if decision and decision.claim(session, refund_id):
            return True
        locked = queries.lock_refund(session, refund_id)
        if locked is None:
            raise RefundNotFound
        refund = locked[2]
        before = {"status": refund.status}
        states.move_refund(refund, RefundState.DUE)
        refund.gateway_id, refund.requested_at, refund.next_check_at = None, None, clock.sql_now()
        enqueue(session, REFUND, refund_id=refund_id)
        if decision:
            decision.note(session, "refund.again", Subject("refund", refund_id), before, status=RefundState.DUE)
    return False


@retrying
def _request(refund_id: UUID) -> Order | None:
    """Commits that we are about to ask, or says that we did before. None: there is nothing to do. Raises JustAsked."""
    with transaction() as session:
        locked = queries.lock_refund(session, refund_id)
        if locked is None:
            return None
        _booking, payment, refund = locked
        if refund.status == RefundState.DUE:
            if queries.refund_in_flight(session, payment.id) is not None:
                return None  # whoever is in flight wakes the next one
            states.move_refund(refund, RefundState.REQUESTED)
        if refund.status != RefundState.REQUESTED or refund.gateway_id is not None:
            return None
        return _order(session, payment, refund)


def _order(session: Session, payment: Payment, refund: Refund) -> Order:
    asked_at, now = refund.requested_at, clock.now(session)
    if asked_at is None:
        refund.requested_at = now
    elif now < asked_at + _patience():
        raise JustAsked
    amount = None if progress.is_whole(payment, refund) else refund.amount
    return Order(refund.id, payment.id, payment.reference, payment.gateway_id, amount, asked_at)


def _patience() -> timedelta:
    """Until then an answer may still come to whoever asked."""
    chosen = settings()
    return timedelta(seconds=chosen.paystack_connect_timeout + chosen.paystack_read_timeout + PATIENCE_SECONDS)


def _may_ask_again(order: Order, asked_at: datetime) -> bool:
    """Looks for the refund whose answer was lost; what is found is written down. True: it is surely not there."""
    listed = _listed(order, asked_at)
    found = _ours(order, listed)
    if found is not None:
        _store(order, found)
        return False
    if order.amount is not None and _is_doubtful(order, listed):
        _leave_to_a_person(order, "the gateway lists a refund of this amount that nobody here asked for")
        return False
    return _note_empty_look(order)


def _listed(order: Order, asked_at: datetime) -> list[RefundAnswer]:
    """Living refunds of the transaction; a failed one gave its money back to us."""
    found = paystack.gateway().refunds_of(order.reference, order.transaction_id, asked_at)
    return [refund for refund in found if refund.status != "failed"]


def _ours(order: Order, listed: list[RefundAnswer]) -> RefundAnswer | None:
    return next((refund for refund in listed if str(order.refund_id) in refund.merchant_note), None)


def _is_doubtful(order: Order, listed: list[RefundAnswer]) -> bool:
    with reading() as session:
        known = {refund.gateway_id for refund in queries.refunds_of(session, order.payment_id)}
    return any(refund.gateway_id not in known and refund.amount == order.amount for refund in listed)


@retrying
def _note_empty_look(order: Order) -> bool:
    """True: it may be posted again, and that is committed. A partial refund needs a second empty look, ten minutes after the first."""
    with transaction() as session:
        refund = _still_requested(session, order)
        if refund is None:
            return False
        now = clock.now(session)
        if order.amount is None or (
            refund.looked_at and refund.looked_at <= now - timedelta(seconds=LOOK_AGAIN_SECONDS)
        ):
            refund.requested_at, refund.looked_at = now, None
            return True
        if refund.looked_at is None:
            refund.looked_at = now
            enqueue(session, REFUND, due_in=LOOK_AGAIN_SECONDS, refund_id=refund.id)
        return False


def _post(order: Order) -> None:
    try:
        answer = paystack.gateway().refund(order.reference, order.note, order.amount)
    except (KeyRefused, Resting) as error:
        _note_not_made(order, error.detail)
        raise
    except InsufficientBalance as refusal:
        _note_not_made(order, refusal.detail)
        log.error("refund_balance_too_low", payment=order.reference, refund_id=str(order.refund_id))
        raise BalanceTooLow(refusal.detail, retry_after=POOR_SECONDS) from refusal
    except AlreadyReversed as refusal:
        _find_what_reversed(order, refusal)
    except Refused as refusal:
        _move(order, RefundState.FAILED, refusal.detail)
    else:
        _store(order, answer)


def _find_what_reversed(order: Order, refusal: AlreadyReversed) -> None:
    """The gateway has given all back already: by a POST of ours whose answer was lost, or by someone at its dashboard."""
    with reading() as session:
        refund = queries.find_refund(session, order.refund_id)
    found = _ours(order, _listed(order, refund.created_at)) if refund else None
    if found is not None:
        _store(order, found)
    else:
        _leave_to_a_person(order, refusal.detail)


def _leave_to_a_person(order: Order, why: str) -> None:
    _move(order, RefundState.NEEDS_ATTENTION, why)


@retrying
def _store(order: Order, answer: RefundAnswer) -> None:
    """The gateway has it: from here on it is followed by its id. A whole refund may be more than we asked for: fees the guest bore."""
    with transaction() as session:
        locked = queries.lock_refund(session, order.refund_id)
        if locked is None or locked[2].gateway_id is not None:
            return
        booking, payment, refund = locked
        refund.gateway_id, refund.last_error = answer.gateway_id, None
        if order.amount is None:
            refund.amount = max(refund.amount, answer.amount or 0)
        progress.record(session, booking, payment, refund, answer)


@retrying
def _note_not_made(order: Order, why: str) -> None:
    """Surely not there, so it may be posted without looking."""
    with transaction() as session:
        refund = _still_requested(session, order)
        if refund is not None:
            refund.requested_at, refund.last_error = None, why


@retrying
def _move(order: Order, to: RefundState, why: str) -> None:
    with transaction() as session:
        locked = queries.lock_refund(session, order.refund_id)
        if locked is not None and to in states.REFUND_NEXT[RefundState(locked[2].status)]:
            locked[2].last_error = why
            progress.move(session, *locked, to)


def _still_requested(session: Session, order: Order) -> Refund | None:
    locked = queries.lock_refund(session, order.refund_id)
    waits = locked is not None and locked[2].status == RefundState.REQUESTED and locked[2].gateway_id is None
    return locked[2] if locked is not None and waits else None
