"""A hotel comes into the world: as a draft of its owner's, or by the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth import queries as people
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.config import settings
from app.core.audit_trail import Actor, Subject, note
from app.core.columns import new_id
from app.core.db import retrying, transaction
from app.hotels import checklist, facts, member_queries, queries, slug, states
from app.hotels.errors import EmailNotVerified, NotReady, TooManyDrafts
from app.hotels.models import Hotel, HotelStatus, Member, MemberRole


@dataclass(frozen=True, slots=True)
class Born:
    """A new hotel: its row, its facts, and the first line of its log."""

    hotel: Hotel
    facts: dict[str, Any]
    change_id: UUID


@retrying
def draft(person: Principal, told: Mapping[str, Any]) -> dict[str, Any]:
    """The person's own hotel, of which he becomes an admin; mail goes to his address until he names another. Returns its facts.

    Raises EmailNotVerified, TooManyDrafts, and what `facts.write` raises.
    """
    actor = permissions.actor(person, Verb.DRAFT_HOTEL)
    with transaction() as session:
        if people.lock_user(session, person.user_id).email_verified_at is None:
            raise EmailNotVerified
        _refuse_too_many(session, person.user_id)
        born = make(session, actor, {"email": person.email, **told}, HotelStatus.DRAFT)
        session.add(Member(hotel_id=born.hotel.id, user_id=person.user_id, role=MemberRole.HOTEL_ADMIN))
        return born.facts


def make(session: Session, actor: Actor, told: Mapping[str, Any], status: HotelStatus) -> Born:
    """A new hotel with these facts, recorded; without people.

    Raises NotReady for one that is to be active, and what `facts.write` raises.
    """
    hotel = Hotel(
        id=new_id(),
        slug=_free_slug(session, told["name"]),
        name=told["name"],
        email=told["email"],
        country=told.get("country", "NG"),
        status=HotelStatus.DRAFT,
    )
    session.add(hotel)
    written = facts.write(session, hotel, told)
    if status is HotelStatus.ACTIVE and (missing := checklist.missing(written)):
        raise NotReady(missing=missing)
    hotel.status = status
    change_id = states.record_birth(session, hotel, actor)
    after = {"name": hotel.name, "status": status}
    note(session, actor, f"hotel.{states.BORN}", Subject("hotel", hotel.id, hotel.id), after=after)
    return Born(hotel, written | {"status": str(status)}, change_id)


def _refuse_too_many(session: Session, user_id: UUID) -> None:
    """The person is locked, so that two at once are counted one after the other."""
    most = settings().drafts_per_person
    if member_queries.count_begun(session, user_id) >= most:
        raise TooManyDrafts(most=most)


def _free_slug(session: Session, name: str) -> str:
    """Two that are born under one name at the same moment: the second begins anew."""
    wanted = slug.slug_of(name)
    return slug.another(wanted) if queries.is_slug_taken(session, wanted) else wanted
