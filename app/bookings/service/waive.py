"""Letting a guest off what a cancellation cost him: the hotel's word, with a reason."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings import events, queries
from app.bookings.errors import NothingToWaive
from app.bookings.jobs import WhyBack
from app.bookings.models import Booking, BookingStatus, Cancellation
from app.bookings.service import money
from app.core import idempotency
from app.core.announce import announce
from app.core.audit_trail import Actor, Subject, note
from app.core.clock import sql_now
from app.core.db import retrying, transaction
from app.core.errors import IllegalTransition
from app.core.logging import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiver:
    """`penalty_amount`: the kobo that the cancellation is to cost instead."""

    penalty_amount: int
    reason: str
    key: idempotency.Key


def by_hotel(person: Principal, hotel_id: UUID, booking_id: UUID, waiver: Waiver) -> bool:
    """Lowers the penalty of a cancelled booking and sends back what is paid above it; True if the key had done so before.

    Raises NotFound, Forbidden, IllegalTransition (it is not cancelled), NothingToWaive.
    """
    return _waive(permissions.actor(person, Verb.WAIVE_PENALTIES, hotel_id), hotel_id, booking_id, waiver)


@retrying
def _waive(actor: Actor, hotel_id: UUID, booking_id: UUID, waiver: Waiver) -> bool:
    with transaction() as session:
        if idempotency.claim(session, waiver.key, booking_id):
            return True
        booking = queries.lock_booking_of_hotel(session, hotel_id, booking_id)
        cancellation = _cancelled(session, booking)
        left = cancellation.penalty_amount - cancellation.waived_amount
        if waiver.penalty_amount >= left:
            raise NothingToWaive(penalty_amount=left)
        _lower(session, booking, cancellation, waiver)
        cancellation.waived_by = actor.id
        subject = Subject("booking", booking_id, hotel_id)
        after = {"penalty_amount": waiver.penalty_amount, "reason": waiver.reason}
        note(session, actor, "booking.waive_penalty", subject, before={"penalty_amount": left}, after=after)
    log.info("penalty_waived", booking=booking.reference, booking_id=str(booking_id), left=waiver.penalty_amount)
    return False


def _cancelled(session: Session, booking: Booking) -> Cancellation:
    cancellation = queries.find_cancellation(session, booking.id)
    if booking.status != BookingStatus.CANCELLED or cancellation is None:
        raise IllegalTransition(f"A booking that is {booking.status} has no penalty yet", allowed=[])
    return cancellation


def _lower(session: Session, booking: Booking, cancellation: Cancellation, waiver: Waiver) -> None:
    back = max(0, money.covered(booking) - waiver.penalty_amount)
    cancellation.waived_amount = cancellation.penalty_amount - waiver.penalty_amount
    cancellation.waive_reason, cancellation.waived_at = waiver.reason, sql_now()
    cancellation.refund_amount += back
    session.flush()
    announce(session, events.changed(booking))
    money.promise_back(session, booking, back, WhyBack.WAIVER)
