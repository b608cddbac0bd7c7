"""Changing a booking: other days, rooms or guests, priced by the server, all or nothing.

Its own nights are not in the way. A room is kept where it is free for the new days, else another of its type is found by best fit. What
costs more and is paid now is held and waits for the payment of its part; all else is applied at once, and a surplus goes back but for
what cancelling had cost (`penalty.forfeited`).
"""

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings import alternatives, emails, events, penalty, policies, queries, wanted
from app.bookings.asker import Asker, whose
from app.bookings.errors import NotChangeable, PriceChanged
from app.bookings.models import Booking, BookingChange, By, ChangeStatus
from app.bookings.request import ChangeRequest
from app.bookings.service import figures, move_rooms, record, rewrite, settle_change
from app.bookings.service.assign import Want
from app.bookings.wanted import Wanted
from app.config import settings
from app.core import idempotency
from app.core.announce import announce, revocable
from app.core.audit_trail import Actor, Subject, note
from app.core.columns import new_id
from app.core.db import retrying, transaction
from app.core.errors import AppError, NotFound
from app.core.logging import logger
from app.mail.service import queue_email
from app.rates import pricing
from app.rates.errors import AmountOutOfRange, DoesNotFit, MixedPaymentTiming
from app.rates.models import PaymentTiming
from app.rates.policy import arrival_instant
from app.rates.quote import Quote, hotel_sells_not, quote
from app.rooms.states import Night

log = logger(__name__)

Row = Mapping[str, Any]


class _Seen(Exception):
    """Nothing of a preview stays."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A change and its price: kobo. `due`: what is to be paid before it is applied."""

    what: Wanted
    quoted: Quote
    difference: int
    forfeited: int
    refund: int
    least_penalty: int
    due: int


def preview(asker: Asker, booking_id: UUID, request: ChangeRequest) -> dict[str, Any]:
    """What the change would cost, of rooms that are free. Raises what `by_guest` raises."""
    return _preview(request, lambda session: _own(session, asker, booking_id)[0])


def preview_of_hotel(person: Principal, hotel_id: UUID, booking_id: UUID, request: ChangeRequest) -> dict[str, Any]:
    """The same for the hotel's people. Raises what `by_hotel` raises."""
    permissions.require(person, Verb.CHANGE_BOOKINGS, hotel_id)
    return _preview(request, lambda session: queries.lock_booking_of_hotel(session, hotel_id, booking_id))


def by_guest(asker: Asker, booking_id: UUID, request: ChangeRequest, key: idempotency.Key) -> bool:
    """Changes the guest's own booking, or has the change wait for its payment; True if the key had done so before.

    Raises NotFound, NotChangeable, NothingChanges, UnknownBookingRoom, PriceChanged, RoomTaken, and what `quote` raises.
    """

    def change(session: Session) -> Booking:
        booking, guest_id = _own(session, asker, booking_id)
        _change(session, booking, request, By.GUEST, guest_id)
        return booking

    return _once(change, booking_id, key)


def by_hotel(
    person: Principal, hotel_id: UUID, booking_id: UUID, request: ChangeRequest, *, key: idempotency.Key
) -> bool:
    """The hotel's people change a booking for its guest, who is asked by mail where it costs more; True if the key had done so before.

    Raises Forbidden and what `by_guest` raises.
    """
    actor = permissions.actor(person, Verb.CHANGE_BOOKINGS, hotel_id)

    def change(session: Session) -> Booking:
        booking = queries.lock_booking_of_hotel(session, hotel_id, booking_id)
        made = _change(session, booking, request, By.HOTEL, actor.id)
        _note(session, actor, booking, made)
        return booking

    return _once(change, booking_id, key)


def _own(session: Session, asker: Asker, booking_id: UUID) -> tuple[Booking, UUID | None]:
    booking = queries.lock_booking(session, booking_id)
    if not policies.owns(asker, whose(booking)):
        raise NotFound
    return booking, policies.acting_user(asker, whose(booking))


def _once(change: Callable[[Session], Booking], booking_id: UUID, key: idempotency.Key) -> bool:
    try:
        return _in_one_transaction(change, booking_id, key)
    except AppError:
        if idempotency.earlier(key):  # nobody is refused by his own change
            return True
        raise


@retrying
def _in_one_transaction(change: Callable[[Session], Booking], booking_id: UUID, key: idempotency.Key) -> bool:
    with transaction() as session:
        if idempotency.claim(session, key, booking_id):
            return True
        booking = change(session)
    figures.changed(booking)
    return False


@retrying
def _preview(request: ChangeRequest, find: Callable[[Session], Booking]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    with transaction() as session:
        booking = find(session)
        with suppress(_Seen), session.begin_nested(), revocable(session):
            settle_change.withdraw(session, booking)
            row, priced = _priced(session, booking, request)
            move_rooms.take(session, booking, priced.what, None)
            told = _told(row, priced)
            raise _Seen
    return told


def _priced(session: Session, booking: Booking, request: ChangeRequest) -> tuple[Row, Priced]:
    row = queries.rendered_one(session, booking.id)
    if not policies.can_change(row):
        raise NotChangeable
    if not queries.standing_of_hotel(session, booking).sells:
        raise hotel_sells_not()
    what = wanted.wanted(row, request)
    quoted = quote(session, booking.hotel_id, what.check_in, what.check_out, [room.wish for room in what.rooms])
    if quoted.payment_timing != booking.payment_timing:
        raise MixedPaymentTiming
    if request.expected_total is not None and request.expected_total != quoted.total_amount:
        raise PriceChanged(quote=alternatives.quote_view(quoted))
    return row, _reckoned(row, what, quoted)


def _reckoned(row: Row, what: Wanted, quoted: Quote) -> Priced:
    """Only money that was paid can be a surplus; at a desk the new total is asked for, and that is all."""
    old, new, now = penalty.bought(row), wanted.bought(what, quoted, row), row["server_now"]
    difference = quoted.total_amount - row["total_amount"]
    due = difference if row["payment_timing"] == PaymentTiming.PAY_NOW and difference > 0 else 0
    if due and not pricing.is_payable(due):
        raise AmountOutOfRange(total_amount=due, smallest=pricing.SMALLEST_PAYMENT, largest=pricing.LARGEST_PAYMENT)
    surplus = max(0, row["paid_amount"] - row["returned_amount"] - row["forfeited_amount"] - quoted.total_amount)
    kept = min(surplus, penalty.forfeited(old, new, now))
    return Priced(what, quoted, difference, kept, surplus - kept, penalty.least_after(old, new, now), due)


def _change(session: Session, booking: Booking, request: ChangeRequest, by: By, actor_id: UUID | None) -> BookingChange:
    settle_change.withdraw(session, booking)
    row, priced = _priced(session, booking, request)
    ends = _ends(row, priced.what, by) if priced.due else None
    placed = move_rooms.take(session, booking, priced.what, ends)
    change = _written(session, booking, priced, placed)
    change.asked_by, change.hold_expires_at, change.release_at = by, ends, ends
    change.held = move_rooms.give(session, placed, change.id)
    if not rewrite.fits(session, change.after):
        raise DoesNotFit("The hotel has just changed how many people this room takes")
    if ends is None:
        settle_change.apply(session, booking, change, actor_id=actor_id)
    else:
        _wait(session, booking, change, placed)
    return change


def _wait(session: Session, booking: Booking, change: BookingChange, placed: move_rooms.Placed) -> None:
    """The booking is as it was; the guest hears what he is asked for."""
    change.part = queries.next_part(session, booking.id)
    session.add(change)
    session.flush()
    held = [
        events.room_status(booking.hotel_id, room_id, Night.LOCKED, *days) for room_id, days in sorted(placed.extra)
    ]
    announce(session, *held, events.changed(booking))
    queue_email(session, emails.change_waiting(session, booking.id, change))
    log.info("change_waits", booking=booking.reference, booking_id=str(booking.id), difference=change.difference)


def _written(session: Session, booking: Booking, priced: Priced, placed: move_rooms.Placed) -> BookingChange:
    """Not of the session yet: what waits and what is applied at once are born in different states."""
    before = rewrite.state_of(session, booking.id)
    return BookingChange(
        id=new_id(),
        booking_id=booking.id,
        status=ChangeStatus.WAITING,
        before=before,
        after=_after(booking, priced, placed, before),
        difference=priced.difference,
        forfeited_amount=priced.forfeited,
        refund_amount=priced.refund,
        least_penalty=priced.least_penalty,
    )


def _after(booking: Booking, priced: Priced, placed: move_rooms.Placed, before: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that are to be. A room that stays keeps its place in the order; what is new comes behind."""
    rooms, quoted = priced.what.rooms, priced.quoted
    wants = [Want(room.booking_room_id, room.wish.room_type_id) for room in rooms]
    lines = record.lines_of(booking.id, quoted, wants, placed.rooms)
    places = {UUID(line["id"]): line["position"] for line in before["rooms"]}
    behind = itertools.count(max(places.values()) + 1)
    for line, room in zip(lines["rooms"], rooms, strict=True):
        line["position"] = places[room.booking_room_id] if room.was else next(behind)
        line["rate_plan_terms"] = wanted.terms_of(room, line["rate_plan_terms"])
    days = {"check_in": priced.what.check_in, "check_out": priced.what.check_out}
    amounts = {name: getattr(quoted, name) for name in ("rooms_amount", "charges_amount", "total_amount")}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(days | amounts | lines))
    return plain


def _ends(row: Row, what: Wanted, by: By) -> datetime:
    """When a change that nobody pays lapses: before the day of the old check-in begins, and the day of the new one is over."""
    seconds = settings().hold_seconds if by is By.GUEST else settings().change_asked_seconds
    zone, midnight = row["rooms"][0]["terms"]["time_zone"], time(0)
    last = (row["check_in"], what.check_in + timedelta(days=1))
    ends: datetime = row["server_now"] + timedelta(seconds=seconds)
    return min([ends, *(arrival_instant(day, midnight, zone) for day in last)])


def _note(session: Session, actor: Actor, booking: Booking, change: BookingChange) -> None:
    told = ("check_in", "check_out", "total_amount")
    before, after = ({name: state[name] for name in told} for state in (change.before, change.after))
    more = {"status": str(change.status), "refund_amount": change.refund_amount}
    subject = Subject("booking", booking.id, booking.hotel_id)
    note(session, actor, "booking.change", subject, before=before, after=after | more)


def _told(row: Row, priced: Priced) -> dict[str, Any]:
    """JSON-ready, as `schemas.ChangePreviewOut` documents it."""
    what, quoted = priced.what, priced.quoted
    shown = alternatives.quote_view(quoted)
    rooms = [
        told
        | {
            "booking_room_id": room.booking_room_id if room.was else None,
            "adults": room.wish.adults,
            "children": room.wish.children,
            "terms": "kept" if room.keeps_terms else "new",
        }
        for told, room in zip(shown["rooms"], what.rooms, strict=True)
    ]
    return shown | {
        "check_in": what.check_in,
        "check_out": what.check_out,
        "rooms": rooms,
        "rooms_amount": quoted.rooms_amount,
        "charges_amount": quoted.charges_amount,
        "difference": priced.difference,
        "due_amount": priced.due,
        "refund_amount": priced.refund,
        "forfeited_amount": priced.forfeited,
        "least_penalty": priced.least_penalty,
        "payment_timing": row["payment_timing"],
    }
