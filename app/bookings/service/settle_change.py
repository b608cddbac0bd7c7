"""What becomes of a change that was written down: it is applied whole, or it ends and the booking stands untouched.

It waits like a hold: its new nights are allocations with an end, and only living rows are trusted. A started payment extends it once. Past
its release nobody is asked once more, as a hold's gateway is: the checks of its payment go on, and money that comes too late goes back.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.bookings import emails, events, queries, states
from app.bookings.errors import HoldExpired
from app.bookings.jobs import WhyBack
from app.bookings.models import Booking, BookingChange, BookingStatus, ChangeStatus
from app.bookings.service import money, rewrite
from app.config import settings
from app.core import clock
from app.core.announce import announce
from app.core.db import transaction
from app.core.logging import logger
from app.mail.service import queue_email
from app.rooms import ledger
from app.rooms.ledger import Freed
from app.rooms.periods import Days, without
from app.rooms.states import Night

BATCH = 200

log = logger(__name__)

Places = Mapping[UUID, Days]


def take_paid(session: Session, booking: Booking, part: int) -> bool:
    """The change of this part is paid: applies it. False: it does not wait any more, or its nights are gone, and it has lapsed (now).

    The caller notes the money.
    """
    change = queries.find_change_of_part(session, booking.id, part)
    if change is None or change.status != ChangeStatus.WAITING:
        return False
    ledger.lock_rooms(session, [*queries.physical_rooms_of(booking), *rooms_of(change)])
    has_its_nights = ledger.held_by_change(session, change.id) == change.held
    stands = booking.status == BookingStatus.CONFIRMED and queries.standing_of_hotel(session, booking).keeps_holds
    if not (has_its_nights and stands and rewrite.fits(session, change.after)):
        _lapse(session, booking, change)
        return False
    apply(session, booking, change, paid=change.difference)
    return True


def apply(
    session: Session, booking: Booking, change: BookingChange, *, actor_id: UUID | None = None, paid: int = 0
) -> None:
    """The booking is what the change says: rooms, nights, charges, amounts, ledger, history, mails. Booking and rooms are locked.

    `paid`: kobo that were just paid for it.
    """
    before, after = change.before, change.after
    states.move_change(change, ChangeStatus.APPLIED)
    session.add(change)
    session.flush()
    ledger.release_change(session, change.id)
    ledger.release(session, _dropped(before, after))
    ledger.resettle(session, booking.hotel_id, _days(after), _rooms(after))
    rewrite.rewrite(session, booking, after, change.least_penalty)
    queries.lock_booking(session, booking.id)  # reads anew what it is now
    booking.forfeited_amount += change.forfeited_amount
    stands = BookingStatus.CONFIRMED
    states.record(session, booking.id, stands, stands, actor=change.asked_by, actor_id=actor_id, reason="changed")
    session.flush()
    announce(session, *_told(booking, before, after), events.changed(booking))
    money.promise_back(session, booking, change.refund_amount, WhyBack.CHANGE)
    for mail in emails.changed(session, booking.id, change, paid):
        queue_email(session, mail)
    log.info("booking_changed", booking=booking.reference, booking_id=str(booking.id), difference=change.difference)


def withdraw(session: Session, booking: Booking) -> None:
    """A change that waits is not wanted any more; its nights are free. The booking is locked."""
    change = queries.find_waiting_change(session, booking.id)
    if change is not None:
        _end(session, change, ChangeStatus.WITHDRAWN)


def extend_for_payment(session: Session, booking: Booking, change: BookingChange) -> float:
    """As a hold's: once, and with a grace. Returns the seconds until it is let go. Raises HoldExpired."""
    now = clock.now(session)
    if change.hold_expires_at is None or change.release_at is None or change.hold_expires_at <= now:
        raise HoldExpired
    if change.payment_started_at is None:
        change.payment_started_at = now
        promised = now + timedelta(seconds=settings().hold_extension_seconds)
        change.hold_expires_at = max(change.hold_expires_at, promised)
        change.release_at = change.hold_expires_at + timedelta(seconds=settings().hold_grace_seconds)
    ledger.lock_rooms(session, rooms_of(change))
    if ledger.extend_change(session, change.id, change.release_at) < change.held:
        raise HoldExpired
    session.flush()
    announce(session, events.changed(booking))
    return (change.release_at - now).total_seconds()


def sweep() -> int:
    """Lets changes go that nobody paid for in time. Returns how many."""
    lapsed = 0
    while lapsed < BATCH and _lapse_next():
        lapsed += 1
    return lapsed


def rooms_of(change: BookingChange) -> list[UUID]:
    """The rooms that its guests are to sleep in."""
    return list(_rooms(change.after).values())


def _lapse_next() -> bool:
    with transaction() as session:
        booking = queries.claim_with_lapsed_change(session)
        if booking is None:
            return False
        change = queries.find_waiting_change(session, booking.id)
        if change is not None:
            _lapse(session, booking, change)
    log.info("change_lapsed", booking=booking.reference, booking_id=str(booking.id))
    return True


def _lapse(session: Session, booking: Booking, change: BookingChange) -> None:
    _end(session, change, ChangeStatus.LAPSED)
    announce(session, events.changed(booking))
    queue_email(session, emails.change_lapsed(session, booking.id, change))


def _end(session: Session, change: BookingChange, to: ChangeStatus) -> None:
    states.move_change(change, to)
    session.flush()
    announce(session, *events.freed(ledger.release_change(session, change.id)))


def _rooms(state: Mapping[str, Any]) -> dict[UUID, UUID]:
    """Booking room → room."""
    return {UUID(room["id"]): UUID(room["room_id"]) for room in state["rooms"]}


def _days(state: Mapping[str, Any]) -> Range[date]:
    return Range(*_bounds(state))


def _bounds(state: Mapping[str, Any]) -> Days:
    return date.fromisoformat(state["check_in"]), date.fromisoformat(state["check_out"])


def _dropped(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[UUID]:
    return sorted(set(_rooms(before)) - set(_rooms(after)))


def _told(booking: Booking, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Any]:
    """Nights that are free now, and the booking's own."""
    stays: Places = dict.fromkeys(_rooms(after).values(), _bounds(after))
    gone = [
        Freed(room_id, booking.hotel_id, *days)
        for room_id in set(_rooms(before).values())
        for days in _gone(_bounds(before), stays.get(room_id))
    ]
    return [*events.freed(gone), *events.rooms_became(booking, stays, Night.BOOKED)]


def _gone(had: Days, has: Days | None) -> list[Days]:
    """The nights of a room that the booking has no more."""
    return [had] if has is None else without(had, has)
