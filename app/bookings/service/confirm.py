"""A paid booking gets its rooms: those it holds, or what the late-payment ladder finds when the hold is gone.

A hotel that is paused keeps its holds; one that is suspended or closed does not, and only one that is active is climbed in.
The ladder: the same rooms → rooms of the same types → for what is missing the next dearer type that fits, at the price paid → nothing, and
payments gives all the money back. The whole booking climbs in one transaction, each rung in a savepoint, candidates locked.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import emails, events, queries, states
from app.bookings.models import Booking, BookingStatus
from app.bookings.service import assign, expire
from app.core.announce import announce, revocable
from app.mail.service import Email, queue_email
from app.rates.queries import find_next_dearer
from app.rooms import ledger
from app.rooms.errors import RoomTaken
from app.rooms.queries import free_rooms_by_type
from app.rooms.states import Night


class Outcome(StrEnum):
    """What a paid booking got."""

    SAME_ROOMS = "same_rooms"
    SAME_TYPES = "same_types"
    BETTER_TYPE = "better_type"
    NO_ROOM = "no_room"
    HOTEL_NOT_SELLING = "hotel_not_selling"


NOTHING = frozenset({Outcome.NO_ROOM, Outcome.HOTEL_NOT_SELLING})
EXPIRED_FOR = {Outcome.NO_ROOM: "rooms_lost", Outcome.HOTEL_NOT_SELLING: "hotel_not_selling"}

Rung = Callable[[Session, Booking], Sequence[assign.Want]]


def take_paid(session: Session, booking: Booking) -> Outcome:
    """Confirms a locked booking that is pending or expired. One of NOTHING: it got no room, and is (now) expired.

    The caller notes the money, which tells everyone that the booking changed.
    """
    states.require(booking, BookingStatus.CONFIRMED)
    outcome = _what_it_gets(session, booking, queries.standing_of_hotel(session, booking))
    if outcome in NOTHING:
        if booking.status == BookingStatus.PENDING_PAYMENT:
            expire.expire(session, booking, reason=EXPIRED_FOR[outcome])
        return outcome
    states.move(session, booking, BookingStatus.CONFIRMED, actor=states.SYSTEM, reason=f"paid:{outcome}")
    session.flush()
    announce(session, *events.rooms_became(booking, queries.physical_rooms_of(booking), Night.BOOKED))
    announce(session, events.new_booking(booking))
    for mail in _mails(session, booking.id, outcome):
        queue_email(session, mail)
    return outcome


def _what_it_gets(session: Session, booking: Booking, hotel: queries.Standing) -> Outcome:
    """A hold is kept by a hotel that is paused, not by one that is suspended; the ladder is climbed where new rooms are sold."""
    if hotel.keeps_holds and _keep_held(session, booking):
        return Outcome.SAME_ROOMS
    if not hotel.sells:
        return Outcome.HOTEL_NOT_SELLING
    return _climb(session, booking) if hotel.is_ahead else Outcome.NO_ROOM


def _mails(session: Session, booking_id: UUID, outcome: Outcome) -> list[Email]:
    return (
        emails.confirmed(session, booking_id)
        if outcome is Outcome.SAME_ROOMS
        else emails.moved(session, booking_id, outcome)
    )


def _keep_held(session: Session, booking: Booking) -> bool:
    """The allocations are still this booking's own rows: they lose their end. Under the rooms' locks nobody can take them meanwhile."""
    if booking.status != BookingStatus.PENDING_PAYMENT:
        return False
    ledger.lock_rooms(session, queries.physical_rooms_of(booking))
    owners = queries.rooms_of(booking)
    if ledger.keep(session, owners) == len(owners):
        return True
    announce(session, *events.freed(ledger.release(session, owners)))
    return False


def _climb(session: Session, booking: Booking) -> Outcome:
    rungs: dict[Outcome, Rung] = {
        Outcome.SAME_ROOMS: _same_rooms,
        Outcome.SAME_TYPES: _same_types,
        Outcome.BETTER_TYPE: _better_types,
    }
    for outcome, rung in rungs.items():
        if _try(session, booking, rung):
            return outcome
    return Outcome.NO_ROOM


def _try(session: Session, booking: Booking, rung: Rung) -> bool:
    wants = rung(session, booking)
    if not wants:
        return False
    stay = ledger.Stay(booking.hotel_id, booking.stay, None)
    try:
        with session.begin_nested(), revocable(session):
            rooms = assign.take_rooms(session, stay, wants)
    except RoomTaken:
        return False
    types = {want.booking_room_id: want.room_type_id for want in wants}
    for room in booking.rooms:
        room.room_id, room.room_type_id = rooms[room.id], types[room.id]
    session.flush()
    return True


def _same_rooms(_session: Session, booking: Booking) -> list[assign.Want]:
    return [assign.Want(room.id, room.room_type_id, room.room_id) for room in booking.rooms]


def _same_types(_session: Session, booking: Booking) -> list[assign.Want]:
    return [assign.Want(room.id, room.room_type_id) for room in booking.rooms]


def _better_types(session: Session, booking: Booking) -> list[assign.Want]:
    """Rooms whose own type is still free stay in it; each other one moves to the next dearer type that fits its guests."""
    free = free_rooms_by_type(session, booking.hotel_id, booking.check_in, booking.check_out)
    wants: list[assign.Want] = []
    for room in booking.rooms:
        stays = free.get(room.room_type_id, 0) > 0
        better = (
            room.room_type_id
            if stays
            else find_next_dearer(session, room.room_type_id, room.adults, len(room.children))
        )
        if better is None:
            return []
        free[better] = free.get(better, 0) - 1
        wants.append(assign.Want(room.id, better))
    return wants
