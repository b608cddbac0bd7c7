"""A living hold: extended once when its payment starts, warned of once before it ends."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.bookings import events, queries
from app.bookings.errors import AlreadyPaid, HoldExpired
from app.bookings.jobs import HOLD_LAPSED
from app.bookings.models import Booking, BookingStatus
from app.config import settings
from app.core import clock
from app.core.announce import announce
from app.core.db import transaction
from app.core.errors import IllegalTransition
from app.core.outbox import enqueue_many
from app.rooms import ledger

BATCH = 200


def extend_for_payment(session: Session, booking: Booking) -> None:
    """A first payment leaves the guest time to pay: the hold is extended once, the rooms stay taken for a grace beyond it.

    The booking is locked. Raises HoldExpired when the hold has ended or a room is no longer held, AlreadyPaid, IllegalTransition.
    """
    _refuse_unless_waiting(booking)
    now = clock.now(session)
    if booking.hold_expires_at is None or booking.hold_expires_at <= now:
        raise HoldExpired
    if booking.payment_started_at is None:
        booking.payment_started_at = now
        promised = max(booking.hold_expires_at, now + timedelta(seconds=settings().hold_extension_seconds))
        if promised > booking.hold_expires_at:
            booking.hold_expires_at, booking.hold_extended_at, booking.warned_at = promised, now, None
        booking.release_at = booking.hold_expires_at + timedelta(seconds=settings().hold_grace_seconds)
    _extend_allocations(session, booking)


def _refuse_unless_waiting(booking: Booking) -> None:
    if booking.status == BookingStatus.CONFIRMED:
        raise AlreadyPaid
    if booking.status == BookingStatus.EXPIRED:
        raise HoldExpired
    if booking.status != BookingStatus.PENDING_PAYMENT:
        raise IllegalTransition(f"A booking that is {booking.status} is not waiting for a payment", allowed=[])


def _extend_allocations(session: Session, booking: Booking) -> None:
    assert booking.release_at is not None  # noqa: S101 - a CHECK of the table says so
    ledger.lock_rooms(session, queries.physical_rooms_of(booking))
    if ledger.extend_living(session, queries.rooms_of(booking), booking.release_at) < len(booking.rooms):
        raise HoldExpired


def warn() -> int:
    """Tells guests whose hold ends within the warning time, each once a hold; again if it was extended. Returns how many."""
    with transaction() as session:
        rows = queries.claim_to_warn(session, settings().hold_warning_seconds, BATCH)
        told = [
            events.lock_expiring(row.user_id, row.id, row.hold_expires_at, row.warned_at) for row in rows if row.user_id
        ]
        announce(session, *told)
    return len(rows)


def ask_about_lapsed() -> int:
    """At the end of a hold whose payment was started the gateway is asked, once. Returns for how many."""
    with transaction() as session:
        ids = queries.claim_to_ask(session, BATCH)
        enqueue_many(session, HOLD_LAPSED, [{"booking_id": booking_id} for booking_id in ids])
    return len(ids)
