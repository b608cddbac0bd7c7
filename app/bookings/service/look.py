"""Looking at bookings: what they are now, for those who may see them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.bookings import policies, present, queries
from app.bookings.asker import Asker, whose_row
from app.bookings.reference import as_written
from app.core.db import reading
from app.core.errors import NotFound
from app.core.paging import cursor_of, read_cursor


def one(asker: Asker, booking_id: UUID) -> dict[str, Any]:
    """Raises NotFound, also for who may not see it."""
    with reading() as session:
        rows = queries.rendered(session, [booking_id])
    return _shown(asker, rows[0] if rows else None)


def by_reference(asker: Asker, reference: str) -> dict[str, Any]:
    """The same by the name that people and links call it. Raises NotFound."""
    with reading() as session:
        row = queries.find_rendered_by_reference(session, as_written(reference))
    return _shown(asker, row)


def made(booking_id: UUID) -> dict[str, Any]:
    """For whoever has just made it, or sent his request again: his Idempotency-Key let him in."""
    with reading() as session:
        (row,) = queries.rendered(session, [booking_id])
    return present.made(row)


def _shown(asker: Asker, row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None or not policies.can_see(asker, whose_row(row)):
        raise NotFound
    return present.booking(row)


def mine(guest: Principal, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first; no cursor on the last page. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        ids = queries.page_ids_of_user(session, guest.user_id, after, limit)
        page = ids[:limit]
        rows = queries.rendered(session, page)
    more = cursor_of(page[-1]) if len(ids) > len(page) else None
    return {"items": [present.booking(row) for row in rows], "next_cursor": more}
