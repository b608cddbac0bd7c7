"""Looking at bookings: what they are now, for those who may see them."""

from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.bookings import policies, present, queries
from app.core.db import reading
from app.core.errors import NotFound
from app.core.paging import cursor_of, read_cursor


def one(person: Principal, booking_id: UUID) -> dict[str, Any]:
    """Raises NotFound, also when the person may not see it."""
    with reading() as session:
        rows = queries.rendered(session, [booking_id])
    if not rows or not policies.can_see(person, rows[0]["user_id"], rows[0]["hotel_id"]):
        raise NotFound
    return present.booking(rows[0])


def mine(guest: Principal, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first; no cursor on the last page. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        ids = queries.page_ids_of_user(session, guest.user_id, after, limit)
        page = ids[:limit]
        rows = queries.rendered(session, page)
    more = cursor_of(page[-1]) if len(ids) > len(page) else None
    return {"items": [present.booking(row) for row in rows], "next_cursor": more}
