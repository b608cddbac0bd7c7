"""A recorded success gets its booking confirmed, or its way back: one transaction, whoever asks and however often."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings.models import Booking, BookingStatus
from app.bookings.service import confirm, expire, figures, locks, settle_change
from app.bookings.service.confirm import Outcome
from app.core.clock import sql_now
from app.core.db import retrying, transaction
from app.core.errors import Busy
from app.core.logging import logger
from app.payments import queries, reasons
from app.payments.models import Payment, PaymentState
from app.payments.service import balance, owe
from app.rooms.errors import RoomTaken

REFUND_FOR = {Outcome.NO_ROOM: reasons.NO_ROOM, Outcome.HOTEL_NOT_SELLING: reasons.HOTEL_NOT_SELLING}
TAKES_ROOMS = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED})

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Applied:
    """What the transaction did; told to Redis, log and figures after its commit. `held`: the room locks as they were before."""

    booking: Booking
    held: locks.RoomLocks
    was: str
    outcome: Outcome | None


def paid(payment_id: UUID) -> None:
    """CONFIRM_PAID. Does nothing when it was done, or when there is no kept success to apply."""
    applied = _apply(payment_id)
    if applied is not None:
        _tell(applied)


def _apply(payment_id: UUID) -> Applied | None:
    """The ladder knows what to do without a room; a room that is merely locked too long is a reason to come again."""
    try:
        return _in_one_transaction(payment_id)
    except RoomTaken as error:
        raise Busy from error


@retrying
def _in_one_transaction(payment_id: UUID) -> Applied | None:
    with transaction() as session:
        booking, payment = queries.lock_with_booking(session, payment_id)
        if payment.status != PaymentState.SUCCESS or not payment.kept or payment.applied_at is not None:
            return None
        held, was = locks.of(booking), booking.status
        payment.applied_at = sql_now()
        return Applied(booking, held, was, _give(session, booking, payment))


def _give(session: Session, booking: Booking, payment: Payment) -> Outcome | None:
    """The rooms, or the money back. None: there was nothing to decide about rooms."""
    if payment.part > 1:
        _give_change(session, booking, payment)
        return None
    if booking.status == BookingStatus.CANCELLED:
        _give_back(session, booking, payment, reasons.BOOKING_CANCELLED)
        return None
    outcome = confirm.take_paid(session, booking) if booking.status in TAKES_ROOMS else None
    if outcome is not None and outcome in confirm.NOTHING:
        _give_back(session, booking, payment, REFUND_FOR[outcome])
        return outcome
    _keep(session, booking, payment)
    return outcome


def _give_change(session: Session, booking: Booking, payment: Payment) -> None:
    """A later part pays for a change, or buys nothing and goes back whole: then it never was the booking's money."""
    if booking.status != BookingStatus.CANCELLED and settle_change.take_paid(session, booking, payment.part):
        _keep(session, booking, payment)
        return
    payment.kept = False
    session.flush()
    is_cancelled = booking.status == BookingStatus.CANCELLED
    why = reasons.BOOKING_CANCELLED if is_cancelled else reasons.CHANGE_LAPSED
    owe.all_of_it(session, booking, payment, why)


def _keep(session: Session, booking: Booking, payment: Payment) -> None:
    booking.paid_amount += payment.amount
    balance.note(session, booking)


def _give_back(session: Session, booking: Booking, payment: Payment, reason: str) -> None:
    """All that came in goes out again, and the booking's books say both."""
    booking.paid_amount += payment.amount
    booking.returned_amount += owe.left(session, payment)
    session.flush()
    owe.all_of_it(session, booking, payment, reason)


def _tell(applied: Applied) -> None:
    booking, outcome = applied.booking, applied.outcome
    applied.held.give_back()
    if outcome in confirm.NOTHING and applied.was == BookingStatus.PENDING_PAYMENT:
        expire.tell(booking)
    elif outcome is not None and outcome not in confirm.NOTHING:
        figures.confirmed(booking)
    log.info(
        "payment_applied", booking=booking.reference, booking_id=str(booking.id), outcome=outcome, status=booking.status
    )
