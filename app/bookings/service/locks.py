"""The Redis side of a hold: hints given and taken back around the transactions that decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.bookings import queries
from app.bookings.models import Booking
from app.core import locks


@dataclass(frozen=True, slots=True)
class RoomLocks:
    """The keys of one booking: all nights of all its rooms."""

    booking_id: UUID
    room_ids: Sequence[UUID]
    check_in: date
    check_out: date

    def take(self, seconds: float) -> bool:
        """Takes or extends them. False: someone else is said to have one."""
        return locks.take(self.room_ids, self.check_in, self.check_out, self.booking_id, seconds)

    def give_back(self) -> None:
        """Deletes those that are still this booking's."""
        locks.give_back(self.room_ids, self.check_in, self.check_out, self.booking_id)


def of(booking: Booking) -> RoomLocks:
    """The keys of a booking that was loaded with its rooms."""
    return RoomLocks(booking.id, queries.physical_rooms_of(booking), booking.check_in, booking.check_out)
