"""What dashboards and guests are told of bookings: ids and little else, never a name, address or phone."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from app.bookings.models import Booking
from app.core.announce import HotelEvent, UserEvent
from app.core.clock import rfc3339
from app.rooms.ledger import Freed
from app.rooms.models import RoomNow
from app.rooms.states import Night


def room_status(hotel_id: UUID, room_id: UUID, status: Night | RoomNow, check_in: date, check_out: date) -> HotelEvent:
    """A room's nights in the range are `status` from now on."""
    days = {"check_in": check_in.isoformat(), "check_out": check_out.isoformat()}
    return HotelEvent(hotel_id, "room_status_changed", {"room_id": str(room_id), "status": status} | days)


def rooms_became(booking: Booking, room_ids: Iterable[UUID], status: Night) -> list[HotelEvent]:
    """One event for each room of the booking."""
    return [
        room_status(booking.hotel_id, room_id, status, booking.check_in, booking.check_out)
        for room_id in sorted(room_ids)
    ]


def freed(rooms: Iterable[Freed]) -> list[HotelEvent]:
    """Nights that nobody has any more."""
    ordered = sorted(rooms, key=lambda room: room.room_id)
    return [
        room_status(room.hotel_id, room.room_id, Night.AVAILABLE, room.check_in, room.check_out) for room in ordered
    ]


def new_booking(booking: Booking) -> HotelEvent:
    """The hotel has a guest."""
    days = {"check_in": booking.check_in.isoformat(), "check_out": booking.check_out.isoformat()}
    facts = {"booking_id": str(booking.id), "reference": booking.reference, "status": booking.status}
    return HotelEvent(booking.hotel_id, "new_booking", facts | days)


def changed(booking: Booking) -> HotelEvent:
    """Told to the hotel and to the guest, if he has an account."""
    facts = {"booking_id": str(booking.id), "status": booking.status, "payment_status": booking.payment_status}
    return HotelEvent(booking.hotel_id, "booking_changed", facts, booking.user_id)


def lock_expiring(user_id: UUID, booking_id: UUID, hold_expires_at: datetime, now: datetime) -> UserEvent:
    """The hold ends soon."""
    seconds = max(0, round((hold_expires_at - now).total_seconds()))
    times = {"hold_expires_at": rfc3339(hold_expires_at), "server_now": rfc3339(now)}
    return UserEvent(user_id, "lock_expiring", {"booking_id": str(booking_id), "seconds": seconds} | times)


def lock_expired(booking: Booking) -> list[UserEvent]:
    """The hold has ended."""
    return [UserEvent(booking.user_id, "lock_expired", {"booking_id": str(booking.id)})] if booking.user_id else []
