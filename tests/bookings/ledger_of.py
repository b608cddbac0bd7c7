"""Looking at and moving what is written, for tests of bookings."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.db import reading, transaction


def one(sql: str, **bound: Any) -> Any:
    """The single value of a query."""
    with reading() as session:
        return session.scalar(text(sql), bound)


def run(sql: str, **bound: Any) -> None:
    """A statement, committed."""
    with transaction() as session:
        session.execute(text(sql), bound)


def lapse(booking_id: Any, *, seconds: int = 1) -> None:
    """Moves the hold of a booking so that all of it ended some seconds ago."""
    past = "clock_timestamp() - make_interval(secs => :seconds)"
    run(
        f"UPDATE bookings SET hold_expires_at = {past}, release_at = {past} WHERE id = :id",
        id=booking_id,
        seconds=seconds,
    )
    run(
        f"UPDATE allocations SET hold_expires_at = {past} WHERE booking_room_id IN"
        " (SELECT id FROM booking_rooms WHERE booking_id = :id)",
        id=booking_id,
        seconds=seconds,
    )


def status(booking_id: UUID | str) -> str:
    """The booking's status."""
    return str(one("SELECT status FROM bookings WHERE id = :id", id=booking_id))


def sent(name: str) -> list[dict[str, Any]]:
    """Payloads of the events of this name that wait to be emitted, in order."""
    with reading() as session:
        return list(
            session.scalars(
                text("SELECT payload FROM outbox WHERE kind = 'event' AND name = :name ORDER BY id"), {"name": name}
            )
        )


def told(name: str) -> list[dict[str, Any]]:
    """Payloads of the hotel events of this name, in order."""
    with reading() as session:
        return list(
            session.scalars(
                text("SELECT payload FROM hotel_events WHERE name = :name ORDER BY hotel_id, seq"), {"name": name}
            )
        )
