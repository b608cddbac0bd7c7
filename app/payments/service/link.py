"""Getting the checkout link: the one vendor call that a request makes, and what is done with its answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from app.bookings.models import Booking
from app.config import settings
from app.core.announce import announce
from app.core.api import PREFIX
from app.core.clock import sql_now
from app.core.db import retrying, transaction
from app.core.errors import Unavailable
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.payments import events, paystack, queries, states
from app.payments.answers import Initialized
from app.payments.errors import DuplicateReference, Refused
from app.payments.models import Payment, PaymentState

log = logger(__name__)


class TooManyWait(Unavailable):
    """As many requests of this process as may wait for the gateway do so."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the gateway is asked to take: `amount` in kobo."""

    payment_id: UUID
    reference: str
    amount: int
    currency: str
    email: str
    booking_id: UUID
    booking_reference: str

    def body(self) -> dict[str, Any]:
        """The request as Paystack documents it; leaving the checkout leads to the same page as finishing it."""
        page = f"{settings().public_api_url.rstrip('/')}{PREFIX}/payments/return"
        shown = {"display_name": "Booking", "variable_name": "booking", "value": self.booking_reference}
        about = {"booking_id": str(self.booking_id), "custom_fields": [shown]}
        return {
            "email": self.email,
            "amount": self.amount,
            "currency": self.currency,
            "reference": self.reference,
            "callback_url": page,
            "metadata": about | {"cancel_action": f"{page}?{urlencode({'reference': self.reference})}"},
        }


def order_of(booking: Booking, payment: Payment) -> Order:
    """What to ask for, as plain values that outlive the transaction."""
    return Order(
        payment.id,
        payment.reference,
        payment.amount,
        payment.currency,
        booking.guest_email,
        booking.id,
        booking.reference,
    )


def fetch_in_request(order: Order) -> None:
    """Asks, if not too many requests wait already. Without an answer the payment stays queued, and START_PAYMENT goes on.

    Raises Refused when the gateway will never take this order.
    """
    try:
        with _place(settings().payment_vendor_threads):
            answer = _initialize(order)
    except Unavailable as error:
        log.warning("payment_queued", payment=order.reference, why=error.code, detail=error.detail)
        return
    if answer is not None:
        store(order, answer)


def fetch_in_job(order: Order) -> None:
    """The same for a job; the guest is told that his link is there."""
    try:
        answer = _initialize(order)
    except Unavailable as error:
        log.warning("payment_queued", payment=order.reference, why=error.code, detail=error.detail)
        return
    except Refused:
        return
    if answer is not None:
        store(order, answer, tell=True)


def _initialize(order: Order) -> Initialized | None:
    """None: the reference is known there, so the link is lost; START_PAYMENT finds out what became of it."""
    try:
        return paystack.gateway().initialize(order.body())
    except DuplicateReference:
        log.warning("payment_link_lost", payment=order.reference)
        return None
    except Refused as refusal:
        log.error("payment_refused", payment=order.reference, detail=refusal.detail)
        _give_up(order, refusal.detail)
        raise


@retrying
def store(order: Order, answer: Initialized, *, tell: bool = False) -> None:
    """The link, unless the attempt went on without it: paid already, or given up for a fresh one."""
    with transaction() as session:
        booking, payment = queries.lock_with_booking(session, order.payment_id)
        if payment.status != PaymentState.QUEUED:
            return
        payment.authorization_url, payment.access_code = answer.authorization_url, answer.access_code
        payment.initialized_at = sql_now()
        states.move_payment(payment, PaymentState.INITIALIZED)
        session.flush()
        if tell:
            announce(session, *events.payment_ready(booking, payment))


@retrying
def _give_up(order: Order, why: str) -> None:
    with transaction() as session:
        booking, payment = queries.lock_with_booking(session, order.payment_id)
        if payment.status != PaymentState.QUEUED:
            return
        payment.gateway_response, payment.next_check_at = why, None  # nothing is there that could be paid
        states.move_payment(payment, PaymentState.ABANDONED)
        session.flush()
        announce(session, *events.payment_failed(booking, payment))
    PAYMENTS.labels("refused").inc()


@contextmanager
def _place(places: int) -> Iterator[None]:
    """One of the process's places to wait for the gateway in. Raises TooManyWait at once when none is left."""
    if not _places(places).acquire(blocking=False):
        raise TooManyWait
    try:
        yield
    finally:
        _places(places).release()


@cache
def _places(count: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(count)
