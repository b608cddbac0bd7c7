"""A booking as it is to be: pure, from what it is and what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.bookings.errors import NothingChanges, UnknownBookingRoom
from app.bookings.penalty import Bought
from app.bookings.request import ChangeRequest, RoomChange
from app.core.columns import new_id
from app.rates.errors import UnknownRate
from app.rates.models import ChangeTerms
from app.rates.quote import Quote, RoomWish
from app.rooms import periods
from app.rooms.periods import Days

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WantedRoom:
    """`was`: the room of the booking that it was, none = one more."""

    booking_room_id: UUID
    was: Row | None
    wish: RoomWish

    @property
    def stays_in(self) -> UUID | None:
        """The room it may stay in: that of a booking's room whose type stays."""
        if self.was is None or UUID(self.was["room_type_id"]) != self.wish.room_type_id:
            return None
        return UUID(self.was["room_id"])

    @property
    def is_kept(self) -> bool:
        """Whether it is sold as it was, but perhaps for other days."""
        return self.was is not None and (self.wish.room_type_id, self.wish.rate_plan_id, *_party(self.wish)) == (
            UUID(self.was["room_type_id"]),
            UUID(self.was["rate_plan_id"]),
            self.was["adults"],
            tuple(self.was["children"]),
        )

    @property
    def keeps_terms(self) -> bool:
        """Whether its nights cost what they cost and its terms stay: as its plan said when it was sold."""
        return self.is_kept and self.was is not None and _keeps(self.was)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the booking is to be. `extra`: days that its rooms have not had."""

    check_in: date
    check_out: date
    rooms: Sequence[WantedRoom]
    extra: Sequence[Days]

    @property
    def days(self) -> Days:
        return self.check_in, self.check_out


def wanted(row: Row, request: ChangeRequest) -> Wanted:
    """`row`: of `queries.rendered`. Raises NothingChanges, UnknownBookingRoom, UnknownRate (one more room without type and plan)."""
    check_in, check_out = request.check_in or row["check_in"], request.check_out or row["check_out"]
    own = {UUID(room["id"]): room for room in row["rooms"]}
    asked = [RoomChange(booking_room_id) for booking_room_id in own] if request.rooms is None else request.rooms
    rooms = [_room(own, room) for room in asked]
    same_days = (check_in, check_out) == (row["check_in"], row["check_out"])
    if same_days and len(rooms) == len(own) and all(room.is_kept for room in rooms):
        raise NothingChanges
    extra = periods.without((check_in, check_out), (row["check_in"], row["check_out"]))
    return Wanted(check_in, check_out, rooms, extra)


def bought(what: Wanted, quoted: Quote, row: Row) -> Bought:
    """What is sold then, as penalties are reckoned."""
    rooms = [
        (terms_of(room, priced.terms), [kobo for _, kobo in priced.nights])
        for room, priced in zip(what.rooms, quoted.rooms, strict=True)
    ]
    return Bought(what.check_in, row["created_at"], rooms, quoted.charges_amount)


def terms_of(room: WantedRoom, now: Mapping[str, Any]) -> Mapping[str, Any]:
    """The terms under which it was sold, or those of now."""
    return room.was["terms"] if room.keeps_terms and room.was is not None else now


def _room(own: Mapping[UUID, Row], asked: RoomChange) -> WantedRoom:
    if asked.booking_room_id is None:
        return WantedRoom(new_id(), None, _new(asked))
    was = own.get(asked.booking_room_id)
    if was is None:
        raise UnknownBookingRoom(booking_room_id=asked.booking_room_id)
    wish = RoomWish(
        asked.room_type_id or UUID(was["room_type_id"]),
        asked.rate_plan_id or UUID(was["rate_plan_id"]),
        was["adults"] if asked.adults is None else asked.adults,
        tuple(was["children"]) if asked.children is None else asked.children,
    )
    room = WantedRoom(asked.booking_room_id, was, wish)
    return (
        WantedRoom(asked.booking_room_id, was, RoomWish(*_as_it_is(wish), _nights(was))) if room.keeps_terms else room
    )


def _new(asked: RoomChange) -> RoomWish:
    if asked.room_type_id is None or asked.rate_plan_id is None:
        raise UnknownRate("One more room needs room_type_id and rate_plan_id")
    return RoomWish(asked.room_type_id, asked.rate_plan_id, asked.adults or 1, asked.children or ())


def _as_it_is(wish: RoomWish) -> tuple[UUID, UUID, int, tuple[int, ...]]:
    return wish.room_type_id, wish.rate_plan_id, *_party(wish)


def _party(wish: RoomWish) -> tuple[int, tuple[int, ...]]:
    return wish.adults, tuple(wish.children)


def _keeps(was: Row) -> bool:
    return bool(was["terms"].get("change_terms", ChangeTerms.KEEP) == ChangeTerms.KEEP)


def _nights(was: Row) -> tuple[tuple[date, int], ...]:
    return tuple((date.fromisoformat(night["date"]), night["amount"]) for night in was["nights"])
