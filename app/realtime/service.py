"""What happened meanwhile, for whoever was away: a hotel's log of events, the warnings of a guest."""

from uuid import UUID

from app.auth.permissions import Verb, may
from app.auth.principal import Principal
from app.bookings import queries as bookings
from app.bookings.events import lock_expiring
from app.core.announce import UserEvent
from app.core.db import reading
from app.core.errors import NotFound
from app.realtime import queries
from app.realtime.queries import EventLog


def events_after(hotel_id: UUID, after: int, **page: int) -> EventLog:
    """The events after a number, oldest first. Raises NotFound for a hotel that is not there."""
    with reading() as session:
        log = queries.find_events(session, hotel_id, after=after, **page)
    if log is None:
        raise NotFound
    return log


def show_events(person: Principal, hotel_id: UUID, **query: int) -> EventLog:
    """The same for a person. Raises NotFound also when he may not watch the hotel."""
    if not may(person, Verb.WATCH_HOTEL, hotel_id):
        raise NotFound
    return events_after(hotel_id, **query)


def warnings_of(user_id: UUID) -> list[UserEvent]:
    """`lock_expiring` for each hold of his that was warned of and has not ended, the next to end first."""
    with reading() as session:
        rows = bookings.warned_of(session, user_id)
    return [lock_expiring(user_id, row.id, row.hold_expires_at, row.server_now) for row in rows]
