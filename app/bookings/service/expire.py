"""Letting rooms go. Pure SQL, one booking a transaction, so that no vendor and no other booking ever delays it."""

from sqlalchemy.orm import Session

from app.bookings import events, queries, states
from app.bookings.models import Booking, BookingStatus
from app.bookings.service import figures, hold, locks
from app.core.announce import announce
from app.core.db import transaction
from app.core.logging import logger
from app.rooms import ledger

BATCH = 200

log = logger(__name__)


def sweep() -> int:
    """Expires what is past its release, and has the gateway asked where a payment was started. Returns how many expired."""
    hold.ask_about_lapsed()
    expired = 0
    while expired < BATCH and _expire_next():
        expired += 1
    return expired


def _expire_next() -> bool:
    with transaction() as session:
        booking = queries.claim_lapsed(session)
        if booking is None:
            return False
        expire(session, booking, reason="hold_lapsed")
    tell(booking)
    return True


def release_unpaid(session: Session, booking: Booking) -> bool:
    """The gateway says that nobody paid: a locked booking whose hold has ended is expired before its grace is over. True if it was."""
    if booking.status != BookingStatus.PENDING_PAYMENT or booking.lapse_asked_at is None:
        return False
    expire(session, booking, reason="not_paid")
    return True


def expire(session: Session, booking: Booking, *, reason: str) -> None:
    """Moves a locked booking to expired, gives back the rooms that are still its own, tells hotel and guest."""
    states.move(session, booking, BookingStatus.EXPIRED, actor=states.SYSTEM, reason=reason)
    session.flush()
    freed = ledger.release(session, queries.rooms_of(booking))
    announce(session, *events.freed(freed), events.changed(booking), *events.lock_expired(booking))


def tell(booking: Booking) -> None:
    """After the commit: the keys go, the log and the figures learn of it."""
    locks.of(booking).give_back()
    figures.expired(booking)
    log.info("booking_expired", booking=booking.reference, booking_id=str(booking.id))
