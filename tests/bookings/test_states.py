"""The whole matrix of each machine that bookings and rooms have."""

from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.orm import Session

from app.auth.models import Role
from app.bookings import states
from app.bookings.models import Booking, BookingChange, BookingHistory, BookingStatus, ChangeStatus
from app.core.audit_trail import Actor
from app.core.columns import new_id
from app.core.errors import IllegalTransition
from app.rooms import states as room_states
from app.rooms.models import Room, RoomHistory, RoomNow

ALLOWED = {
    ("pending_payment", "confirmed"),
    ("pending_payment", "expired"),
    ("pending_payment", "cancelled"),
    ("confirmed", "checked_in"),
    ("confirmed", "cancelled"),
    ("confirmed", "no_show"),
    ("checked_in", "checked_out"),
    ("expired", "confirmed"),
}
CHANGE_ALLOWED = {("waiting", "applied"), ("waiting", "lapsed"), ("waiting", "withdrawn")}
ROOM_ALLOWED = {
    ("available", "occupied"),
    ("available", "maintenance"),
    ("occupied", "cleaning"),
    ("cleaning", "available"),
    ("cleaning", "maintenance"),
    ("maintenance", "cleaning"),
}


class Written(list[Any]):
    """Collects what a mover adds to its session."""

    def add(self, line: Any) -> None:
        self.append(line)


@pytest.mark.parametrize(("came_from", "to"), list(product(BookingStatus, BookingStatus)))
def test_a_booking_moves_only_along_its_table(came_from: BookingStatus, to: BookingStatus) -> None:
    booking = cast(Booking, SimpleNamespace(id=None, status=came_from))
    written = Written()
    if (came_from, to) in ALLOWED:
        states.move(cast(Session, written), booking, to, actor="system", reason="because")
        assert booking.status == to
        (line,) = written
        assert isinstance(line, BookingHistory)
        assert (line.from_status, line.to_status, line.actor, line.reason) == (came_from, to, "system", "because")
    else:
        with pytest.raises(IllegalTransition) as refusal:
            states.move(cast(Session, written), booking, to, actor="system")
        assert refusal.value.extra["allowed"] == sorted(t for f, t in ALLOWED if f == came_from)
        assert (booking.status, written) == (came_from, [])


@pytest.mark.parametrize(("came_from", "to"), list(product(ChangeStatus, ChangeStatus)))
def test_a_change_moves_only_along_its_table(came_from: ChangeStatus, to: ChangeStatus) -> None:
    change = cast(BookingChange, SimpleNamespace(status=came_from, ended_at=None))
    if (came_from, to) in CHANGE_ALLOWED:
        states.move_change(change, to)
        assert change.status == to
        assert change.ended_at is not None
    else:
        with pytest.raises(IllegalTransition) as refusal:
            states.move_change(change, to)
        assert refusal.value.extra["allowed"] == sorted(t for f, t in CHANGE_ALLOWED if f == came_from)
        assert (change.status, change.ended_at) == (came_from, None)


@pytest.mark.parametrize(("came_from", "to"), list(product(RoomNow, RoomNow)))
def test_a_room_moves_only_along_its_table(came_from: RoomNow, to: RoomNow) -> None:
    room = cast(Room, SimpleNamespace(id=None, hotel_id=None, now=came_from))
    written, actor = Written(), Actor(new_id(), Role.HOTEL_STAFF)
    if (came_from, to) in ROOM_ALLOWED:
        room_states.move_now(cast(Session, written), room, to, actor, "because")
        assert room.now == to
        (line,) = written
        assert isinstance(line, RoomHistory)
        assert (line.from_now, line.to_now, line.actor, line.note) == (came_from, to, "hotel", "because")
        assert line.actor_id == actor.id
    else:
        with pytest.raises(IllegalTransition) as refusal:
            room_states.move_now(cast(Session, written), room, to, actor)
        assert refusal.value.extra["allowed"] == sorted(t for f, t in ROOM_ALLOWED if f == came_from)
        assert (room.now, written) == (came_from, [])


def test_every_status_stands_in_its_table() -> None:
    assert set(states.NEXT) == set(BookingStatus)
    assert set(states.CHANGE_NEXT) == set(ChangeStatus)
    assert set(room_states.NEXT_NOW) == set(RoomNow)
