"""Cancelling a booking: what it costs, what goes back, whose rooms are free again. One verb, on three people's words.

The guest bears what his terms ask, or what a preview promised him if that is less. Who is cancelled by his hotel gets all of it back. Where
less was paid than it costs (at the hotel nothing is), the rest is written down as owed and collected by nobody. Money that arrives for a
cancelled booking later is refunded in full by payments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings import emails, events, policies, promise, queries, states
from app.bookings.asker import Asker, whose
from app.bookings.jobs import WhyBack
from app.bookings.models import Booking, BookingStatus, By, Cancellation, ReasonCode
from app.bookings.service import figures, locks, money, preview, settle_change
from app.core import idempotency
from app.core.announce import announce
from app.core.audit_trail import Actor, Subject, note
from app.core.db import retrying, transaction
from app.core.errors import NotFound
from app.core.logging import logger
from app.mail.service import queue_email
from app.rooms import ledger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """On whose word and why. `token`: of a preview. `is_free`: the guest bears nothing, whatever his terms say."""

    by: By
    actor_id: UUID | None
    reason: str | None
    code: ReasonCode | None = None
    token: str | None = None
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a guest sends: why, and the token of the preview that he was shown."""

    reason: str | None
    token: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What the hotel's or the platform's people say, once per key. `is_free`: the guest gets all of it back."""

    reason: str
    key: idempotency.Key
    code: ReasonCode | None = None
    is_free: bool = True


@retrying
def by_guest(asker: Asker, booking_id: UUID, wish: Wish, key: idempotency.Key) -> bool:
    """Cancels the guest's own booking; True if the key had done so before.

    Raises NotFound, IllegalTransition, StayHasBegun, PreviewOutdated.
    """
    with transaction() as session:
        if idempotency.claim(session, key, booking_id):
            return True
        booking = queries.lock_booking(session, booking_id)
        if not policies.owns(asker, whose(booking)):
            raise NotFound
        guest_id = policies.acting_user(asker, whose(booking))
        held = locks.of(booking)
        _cancel(session, booking, Order(By.GUEST, guest_id, wish.reason, token=wish.token))
    _tell(booking, held)
    return False


def by_hotel(person: Principal, hotel_id: UUID, booking_id: UUID, word: Word) -> bool:
    """The hotel cancels a guest's booking, and he gets all of it back; True if the key had done so before.

    Raises NotFound, Forbidden, IllegalTransition.
    """
    actor = permissions.actor(person, Verb.CANCEL_BOOKINGS, hotel_id)
    return _on_word(actor, By.HOTEL, (booking_id, hotel_id), word)


def by_platform(person: Principal, booking_id: UUID, word: Word) -> bool:
    """The platform cancels any booking; True if the key had done so before. Raises NotFound, Forbidden, IllegalTransition."""
    actor = permissions.actor(person, Verb.CANCEL_ANY_BOOKING)
    return _on_word(actor, By.PLATFORM, (booking_id, None), word)


@retrying
def _on_word(actor: Actor, by: By, which: tuple[UUID, UUID | None], word: Word) -> bool:
    booking_id, hotel_id = which
    with transaction() as session:
        if idempotency.claim(session, word.key, booking_id):
            return True
        booking = queries.lock_booking(session, booking_id)
        if hotel_id not in (None, booking.hotel_id):
            raise NotFound
        before, held = {"status": booking.status}, locks.of(booking)
        done = _cancel(session, booking, Order(by, actor.id, word.reason, word.code, is_free=word.is_free))
        after = {"status": str(booking.status), "reason": word.reason, "reason_code": word.code}
        amounts = {"penalty_amount": done.penalty_amount, "refund_amount": done.refund_amount}
        subject = Subject("booking", booking_id, booking.hotel_id)
        note(session, actor, "booking.cancel", subject, before=before, after=after | amounts)
    _tell(booking, held)
    return False


def _cancel(session: Session, booking: Booking, order: Order) -> Cancellation:
    states.require(booking, BookingStatus.CANCELLED)
    was_confirmed = booking.status == BookingStatus.CONFIRMED
    done = _priced(queries.rendered_one(session, booking.id), order)
    states.move(session, booking, BookingStatus.CANCELLED, actor=order.by, actor_id=order.actor_id, reason=order.reason)
    booking.cancel_reason = order.reason
    session.add(done)
    settle_change.withdraw(session, booking)
    session.flush()
    freed = ledger.release(session, queries.rooms_of(booking))
    announce(session, *events.freed(freed), events.changed(booking))
    money.promise_back(session, booking, done.refund_amount, WhyBack.CANCELLATION)
    if was_confirmed:
        for mail in emails.cancelled(session, booking.id, done):
            queue_email(session, mail)
    return done


def _priced(row: Mapping[str, Any], order: Order) -> Cancellation:
    """What it costs: by the terms, no more than was promised, nothing where the guest bears nothing."""
    if order.by is By.GUEST:
        policies.refuse_begun(row)
    by_terms = preview.cost_of(row)
    cost = 0 if order.is_free else by_terms
    if order.token is not None:
        cost = min(cost, promise.promised(order.token, row))
    return Cancellation(
        booking_id=row["id"],
        cancelled_by=order.by,
        reason_code=order.code,
        policy_amount=by_terms,
        penalty_amount=cost,
        refund_amount=preview.refund_of(row, cost),
        is_promised=order.token is not None,
    )


def _tell(booking: Booking, held: locks.RoomLocks) -> None:
    held.give_back()
    figures.cancelled(booking)
    log.info("booking_cancelled", booking=booking.reference, booking_id=str(booking.id))
