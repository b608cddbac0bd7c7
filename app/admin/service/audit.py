"""Reading what was done: all of it, or what was done in one hotel's house."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from app.admin import audit_queries
from app.admin.audit_queries import WantedRows
from app.auth.models import Role
from app.core.db import reading
from app.core.paging import cursor_of_number, page, read_number
from app.hotels import queries as hotels


def of_platform(wanted: WantedRows, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first. Raises CursorInvalid."""
    after = read_number(cursor)
    with reading() as session:
        found = audit_queries.page_rows(session, wanted, after, limit + 1)
    return page(found, limit, lambda row: cursor_of_number(row["id"]))


def of_hotel(hotel_id: UUID, wanted: WantedRows, cursor: str | None, limit: int) -> dict[str, Any]:
    """The same of one hotel, for its own people. Raises CursorInvalid, HotelNotFound."""
    asks_who = wanted.actor_id is not None  # and would be told of the platform's people by getting rows or none
    ours = replace(wanted, hotel_id=hotel_id, but_role=Role.PLATFORM_ADMIN if asks_who else None)
    told = of_platform(ours, cursor, limit)
    if not told["items"]:
        with reading() as session:
            hotels.require_hotel(session, hotel_id)
    return told | {"items": [_without_platform(row) for row in told["items"]]}


def _without_platform(row: dict[str, Any]) -> dict[str, Any]:
    """The platform's people act for the platform: which of them it was is told to the platform alone."""
    return row | {"actor_id": None, "actor_email": None} if row["actor_role"] == Role.PLATFORM_ADMIN else row
