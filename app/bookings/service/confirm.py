"""A paid booking gets its rooms: those it holds, or what the late-payment ladder finds when the hold is gone.

The ladder: the same rooms → rooms of the same types → for what is missing the next dearer type that fits, at the price paid → nothing, and
payments gives all the money back. The whole booking climbs in one transaction, each rung in a savepoint, candidates locked.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bookings import emails, events, queries, states
from app.bookings.models import Booking, BookingRoom, BookingStatus
from app.bookings.service import assign, expire
from app.core.announce import announce
from app.core.metrics import BOOKING_VALUE, BOOKINGS
from app.mail.service import Email, queue_email
from app.rooms import ledger
from app.rooms.errors import RoomTaken
from app.rooms.states import Night


class Outcome(StrEnum):
    """What a paid booking got."""

    SAME_ROOMS = "same_rooms"
    SAME_TYPES = "same_types"
    BETTER_TYPE = "better_type"
    NO_ROOM = "no_room"


Rung = Callable[[Session, Booking], Sequence[assign.Want]]


def take_paid(session: Session, booking: Booking) -> Outcome:
    """Confirms a locked booking that is pending or expired. NO_ROOM: nothing could be had, the booking is (now) expired."""
    states.require(booking, BookingStatus.CONFIRMED)
    outcome = Outcome.SAME_ROOMS if _keep_held(session, booking) else _climb(session, booking)
    if outcome is Outcome.NO_ROOM:
        if booking.status == BookingStatus.PENDING_PAYMENT:
            expire.expire(session, booking, reason="rooms_lost")
        return outcome
    states.move(session, booking, BookingStatus.CONFIRMED, actor=states.SYSTEM, reason=f"paid:{outcome}")
    session.flush()
    announce(session, *events.rooms_became(booking, queries.physical_rooms_of(booking), Night.BOOKED))
    announce(session, events.new_booking(booking), events.changed(booking))
    for mail in _mails(session, booking.id, outcome):
        queue_email(session, mail)
    return outcome


def _mails(session: Session, booking_id: UUID, outcome: Outcome) -> list[Email]:
    return (
        emails.confirmed(session, booking_id)
        if outcome is Outcome.SAME_ROOMS
        else emails.moved(session, booking_id, outcome)
    )


def count(booking: Booking) -> None:
    """After the commit: the figures learn of it."""
    BOOKINGS.labels("confirmed").inc()
    BOOKING_VALUE.inc(booking.total_amount)


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
    _now, today, selling = queries.now_and_today(session, booking)
    if not selling or booking.check_in < today:
        return Outcome.NO_ROOM
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
    stay = assign.Stay(booking.hotel_id, booking.stay, None)
    try:
        with session.begin_nested():
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
    free = dict(_free_by_type(session, booking))
    wants: list[assign.Want] = []
    for room in booking.rooms:
        better = room.room_type_id if free.get(room.room_type_id, 0) > 0 else _next_dearer(session, room)
        if better is None:
            return []
        free[better] = free.get(better, 0) - 1
        wants.append(assign.Want(room.id, better))
    return wants


FREE = text("""
SELECT room.room_type_id, count(*) FROM rooms room
WHERE room.room_type_id = ANY(:types) AND room.retired_at IS NULL
  AND NOT EXISTS (SELECT FROM allocations a WHERE a.room_id = room.id AND a.check_in < :check_out AND a.check_out > :check_in
                  AND (a.hold_expires_at IS NULL OR a.hold_expires_at > clock_timestamp()))
GROUP BY room.room_type_id
""")
DEARER = text("""
SELECT rt.id FROM room_types rt JOIN rate_plans rp ON rp.room_type_id = rt.id AND rp.retired_at IS NULL
WHERE rt.hotel_id = (SELECT hotel_id FROM room_types WHERE id = :room_type_id) AND rt.retired_at IS NULL
  AND rt.max_adults >= :adults AND rt.max_children >= :children AND rt.max_occupancy >= :adults + :children
GROUP BY rt.id
HAVING min(rp.price) > (SELECT min(price) FROM rate_plans WHERE room_type_id = :room_type_id)
ORDER BY min(rp.price), rt.id LIMIT 1
""")


def _free_by_type(session: Session, booking: Booking) -> list[tuple[UUID, int]]:
    types = sorted({room.room_type_id for room in booking.rooms})
    found = session.execute(FREE, {"types": types, "check_in": booking.check_in, "check_out": booking.check_out})
    return [(row[0], row[1]) for row in found]


def _next_dearer(session: Session, room: BookingRoom) -> UUID | None:
    people = {"adults": room.adults, "children": len(room.children)}
    found: UUID | None = session.scalar(DEARER, {"room_type_id": room.room_type_id} | people)
    return found
