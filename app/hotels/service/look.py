"""Showing hotels."""

from typing import Any
from uuid import UUID

from app.auth.permissions import Verb, may
from app.auth.principal import Principal
from app.core.db import reading
from app.core.paging import cursor_of, read_cursor
from app.hotels import checklist, queries
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
    """The hotel's facts and their `version`. Raises HotelNotFound, also when the person may not see it.

    How one gets in is told to its own people, not to everybody who looks.
    """
    with reading() as session:
        facts = queries.get_facts(session, hotel_id)
    if not can_see(person, hotel_id, facts["status"]):
        raise HotelNotFound
    if person is None or not may(person, Verb.SEE_HOTEL, hotel_id):
        facts["arrival_instructions"] = None
    return facts


def amenities() -> dict[str, Any]:
    """`{items}`: the catalogue."""
    with reading() as session:
        return {"items": queries.catalogue(session)}


def show_checklist(hotel_id: UUID) -> dict[str, Any]:
    """What the hotel lacks, and the platform's last word on it. Three statements. Raises HotelNotFound."""
    with reading() as session:
        facts = queries.get_facts(session, hotel_id)
        sells = queries.has_something_to_sell(session, hotel_id)
        decision = queries.find_decision(session, hotel_id)
    missing = checklist.missing(facts)
    items = [{"item": item, "is_done": item not in missing, "is_required": True} for item in checklist.REQUIRED]
    items.append({"item": checklist.INVENTORY, "is_done": sells, "is_required": False})
    return {"status": facts["status"], "missing": missing, "items": items, "decision": decision}
