"""The life of a booking, and the one mover that changes its status."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings.models import Booking, BookingChange, BookingHistory, BookingStatus, ChangeStatus
from app.core.clock import sql_now
from app.core.errors import IllegalTransition

NEXT: dict[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.PENDING_PAYMENT: frozenset({BookingStatus.CONFIRMED, BookingStatus.EXPIRED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.CHECKED_IN, BookingStatus.CANCELLED, BookingStatus.NO_SHOW}),
    BookingStatus.CHECKED_IN: frozenset({BookingStatus.CHECKED_OUT}),
    BookingStatus.EXPIRED: frozenset({BookingStatus.CONFIRMED}),  # by the late-payment ladder alone
    BookingStatus.CANCELLED: frozenset(),
    BookingStatus.CHECKED_OUT: frozenset(),
    BookingStatus.NO_SHOW: frozenset(),
}
CHANGE_NEXT: dict[ChangeStatus, frozenset[ChangeStatus]] = {
    ChangeStatus.WAITING: frozenset({ChangeStatus.APPLIED, ChangeStatus.LAPSED, ChangeStatus.WITHDRAWN}),
    ChangeStatus.APPLIED: frozenset(),
    ChangeStatus.LAPSED: frozenset(),
    ChangeStatus.WITHDRAWN: frozenset(),
}
STAMP = {
    BookingStatus.CONFIRMED: "confirmed_at",
    BookingStatus.EXPIRED: "expired_at",
    BookingStatus.CANCELLED: "cancelled_at",
}
SYSTEM = "system"
GUEST = "guest"


def move(
    session: Session,
    booking: Booking,
    to: BookingStatus,
    *,
    actor: str,
    actor_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    """Checks, stamps and records the move. Raises IllegalTransition with the moves allowed."""
    came_from = require(booking, to)
    booking.status = to
    if stamp := STAMP.get(to):
        setattr(booking, stamp, sql_now())
    record(session, booking.id, came_from, to, actor=actor, actor_id=actor_id, reason=reason)


def move_change(change: BookingChange, to: ChangeStatus) -> None:
    """The only writer of a change's status. Raises IllegalTransition with the moves allowed."""
    allowed = CHANGE_NEXT[ChangeStatus(change.status)]
    if to not in allowed:
        raise IllegalTransition(f"A change that is {change.status} cannot become {to}", allowed=sorted(allowed))
    change.status, change.ended_at = to, sql_now()


def require(booking: Booking, to: BookingStatus) -> BookingStatus:
    """The present status, if the move is in the table. Raises IllegalTransition with the moves allowed."""
    return require_status(BookingStatus(booking.status), to)


def require_status(came_from: BookingStatus, to: BookingStatus) -> BookingStatus:
    """The same of a status that was read."""
    if to not in NEXT[came_from]:
        raise IllegalTransition(f"A booking that is {came_from} cannot become {to}", allowed=sorted(NEXT[came_from]))
    return came_from


def record(
    session: Session,
    booking_id: UUID,
    came_from: BookingStatus,
    to: BookingStatus,
    *,
    actor: str,
    actor_id: UUID | None = None,
    reason: str | None = None,
) -> None:
    """Writes a line of history; the first one, of a birth, is written with the booking."""
    line = BookingHistory(
        booking_id=booking_id, from_status=came_from, to_status=to, actor=actor, actor_id=actor_id, reason=reason
    )
    session.add(line)
