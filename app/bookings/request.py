"""What a guest asks for, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range


@dataclass(frozen=True, slots=True)
class RoomRequest:
    """One room: any of a type, or this very room. Exactly one of the two is given. `children`: ages."""

    rate_plan_id: UUID
    adults: int
    children: tuple[int, ...]
    room_type_id: UUID | None = None
    room_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stays, and where the mails go."""

    name: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """`expected_total` in kobo: what the guest was shown. `search_id`: the search this came from."""

    hotel_id: UUID
    check_in: date
    check_out: date
    rooms: Sequence[RoomRequest]
    guest: Guest
    special_requests: str | None = None
    search_id: UUID | None = None
    expected_total: int | None = None

    @property
    def stay(self) -> Range[date]:
        """`[check_in, check_out)`"""
        return Range(self.check_in, self.check_out)

    @property
    def named_rooms(self) -> list[UUID]:
        """The rooms asked for by id, in the order of ids."""
        return sorted(room.room_id for room in self.rooms if room.room_id)


@dataclass(frozen=True, slots=True)
class RoomChange:
    """A room as it is to be. `booking_room_id`: which of the booking's rooms it is, none = one more; what is not given stays."""

    booking_room_id: UUID | None = None
    room_type_id: UUID | None = None
    rate_plan_id: UUID | None = None
    adults: int | None = None
    children: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What is not given stays as it is. `rooms`: all that there are to be; those not named are given up. `expected_total` in kobo."""

    check_in: date | None = None
    check_out: date | None = None
    rooms: Sequence[RoomChange] | None = None
    expected_total: int | None = None
