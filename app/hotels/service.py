"""Showing hotels."""

from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.core.db import reading
from app.core.paging import cursor_of, read_cursor
from app.hotels import queries
from app.hotels.errors import HotelNotFound
from app.hotels.policies import can_see
from app.hotels.queries import Wanted


def list_active(wanted: Wanted, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`; no cursor on the last page. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        found = queries.page_active(session, wanted, after, limit + 1)
    items = found[:limit]
    return {"items": items, "next_cursor": cursor_of(items[-1]["id"]) if len(found) > limit else None}


def show(hotel_id: UUID, person: Principal | None) -> dict[str, Any]:
    """The hotel's public facts. Raises HotelNotFound, also when the person may not see it."""
    with reading() as session:
        facts = queries.get_facts(session, hotel_id)
    if not can_see(person, hotel_id, facts["status"]):
        raise HotelNotFound
    return facts
