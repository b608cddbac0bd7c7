"""Changing what is told of a hotel."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Subject, differing, note
from app.core.db import transaction
from app.core.etag import Seen
from app.hotels import checklist, facts, queries, states
from app.hotels.errors import NotReady
from app.hotels.models import Hotel, HotelStatus

HANDED_IN = frozenset({HotelStatus.SUBMITTED, HotelStatus.ACTIVE, HotelStatus.PAUSED, HotelStatus.SUSPENDED})


def change(person: Principal, hotel_id: UUID, told: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """Writes what is told; the rest stays. Returns all facts.

    Raises NotFound, Forbidden, PreconditionFailed, HotelIsOver, NotReady when a hotel that was handed in would lose what the checklist
    demands, and what `facts.write` raises.
    """
    actor = permissions.actor(person, Verb.EDIT_HOTEL, hotel_id)
    with transaction() as session:
        hotel = queries.lock_hotel(session, hotel_id)
        seen.require(hotel.version)
        states.refuse_if_over(hotel.status)
        known = queries.get_facts(session, hotel_id)
        _refuse_new_gaps(hotel, known, {**known, **told})
        written = facts.write(session, hotel, told)
        before, after = differing(facts.told_of(known), facts.told_of(written))
        if not after:
            return known
        states.touch(hotel)
        note(session, actor, Verb.EDIT_HOTEL, Subject("hotel", hotel_id, hotel_id), before=before, after=after)
        return written | {"version": hotel.version}


def _refuse_new_gaps(hotel: Hotel, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """What was missing before may go on missing: older hotels were not asked for everything."""
    owed = checklist.missing(known)
    gaps = [item for item in checklist.missing(wanted) if item not in owed]
    if gaps and hotel.status in HANDED_IN:
        raise NotReady("A hotel that was handed in keeps what the checklist demands", missing=gaps)
