"""Cancelling before any money came. Money that arrives for a cancelled booking later is refunded in full by payments."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import emails, events, policies, queries, states
from app.bookings.asker import Asker, whose
from app.bookings.errors import AlreadyPaid
from app.bookings.models import Booking, BookingStatus, PaymentStatus
from app.bookings.service import figures, locks
from app.core import idempotency
from app.core.announce import announce
from app.core.db import retrying, transaction
from app.core.errors import NotFound
from app.core.logging import logger
from app.mail.service import queue_email
from app.rooms import ledger

log = logger(__name__)


@retrying
def by_guest(asker: Asker, booking_id: UUID, reason: str | None, key: idempotency.Key) -> bool:
    """Cancels the guest's own booking; True if the key had done so before. Raises NotFound, AlreadyPaid, IllegalTransition."""
    with transaction() as session:
        if idempotency.claim(session, key, booking_id):
            return True
        booking = queries.lock_booking(session, booking_id)
        if not policies.owns(asker, whose(booking)):
            raise NotFound
        _cancel(session, booking, policies.acting_user(asker, whose(booking)), reason)
    locks.of(booking).give_back()
    figures.cancelled(booking)
    log.info("booking_cancelled", booking=booking.reference, booking_id=str(booking.id))
    return False


def _cancel(session: Session, booking: Booking, guest_id: UUID | None, reason: str | None) -> None:
    if booking.payment_status != PaymentStatus.UNPAID:
        raise AlreadyPaid("Cancelling a paid booking is not offered yet; write to the hotel", allowed=[])
    was_confirmed = booking.status == BookingStatus.CONFIRMED
    states.move(session, booking, BookingStatus.CANCELLED, actor=states.GUEST, actor_id=guest_id, reason=reason)
    booking.cancel_reason = reason
    session.flush()
    freed = ledger.release(session, queries.rooms_of(booking))
    announce(session, *events.freed(freed), events.changed(booking))
    if was_confirmed:
        for mail in emails.cancelled(session, booking.id):
            queue_email(session, mail)
