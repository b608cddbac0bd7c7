"""A recorded success gets its booking confirmed, or its way back: one transaction, whoever asks and however often."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings.models import Booking, BookingStatus, PaymentStatus
from app.bookings.service import confirm, expire, figures, locks, money
from app.bookings.service.confirm import Outcome
from app.core.clock import sql_now
from app.core.db import retrying, transaction
from app.core.errors import Busy
from app.core.logging import logger
from app.payments import queries, reasons
from app.payments.models import Payment, PaymentState
from app.payments.service import owe
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
    if booking.status == BookingStatus.CANCELLED:
        owe.all_of_it(session, booking, payment, reasons.BOOKING_CANCELLED)
        return None
    outcome = confirm.take_paid(session, booking) if booking.status in TAKES_ROOMS else None
    if outcome is not None and outcome in confirm.NOTHING:
        owe.all_of_it(session, booking, payment, REFUND_FOR[outcome])
        return outcome
    money.note(session, booking, PaymentStatus.PAID)
    return outcome


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
