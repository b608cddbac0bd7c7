"""Who runs a hotel: looking, changing roles, leaving. A hotel keeps at least one admin."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Subject, note
from app.core.db import reading, transaction
from app.hotels import member_queries, queries
from app.hotels.errors import LastHotelAdmin
from app.hotels.models import Member, MemberRole


def show(hotel_id: UUID) -> dict[str, Any]:
    """`{items}`, who came first is first. Raises HotelNotFound."""
    with reading() as session:
        found = member_queries.members_of(session, hotel_id)
        if not found:
            queries.require_hotel(session, hotel_id)
    return {"items": found}


def change_role(person: Principal, hotel_id: UUID, user_id: UUID, role: str) -> Any:
    """Returns the member. Raises NotFound, Forbidden, MemberNotFound, LastHotelAdmin."""
    actor = permissions.actor(person, Verb.MANAGE_MEMBERS, hotel_id)
    with transaction() as session:
        queries.lock_hotel(session, hotel_id)
        before = member_queries.get_member(session, hotel_id, user_id).role
        if before != role:
            _refuse_to_lose_the_last_admin(session, hotel_id, user_id, before)
            session.execute(update(Member).where(*_is(hotel_id, user_id)).values(role=role))
            subject = Subject("member", user_id, hotel_id)
            note(session, actor, "member.change_role", subject, before={"role": before}, after={"role": role})
        return member_queries.get_member(session, hotel_id, user_id)


def remove(person: Principal, hotel_id: UUID, user_id: UUID) -> None:
    """Takes a member's place away, or gives up one's own. His sockets leave the hotel within seconds.

    Raises NotFound, Forbidden, MemberNotFound, LastHotelAdmin.
    """
    leaves = user_id == person.user_id and person.works_at(hotel_id)
    actor = permissions.actor(person, Verb.LEAVE_HOTEL if leaves else Verb.MANAGE_MEMBERS, hotel_id)
    with transaction() as session:
        queries.lock_hotel(session, hotel_id)
        before = member_queries.get_member(session, hotel_id, user_id).role
        _refuse_to_lose_the_last_admin(session, hotel_id, user_id, before)
        session.execute(delete(Member).where(*_is(hotel_id, user_id)))
        verb = "member.leave" if leaves else "member.remove"
        note(session, actor, verb, Subject("member", user_id, hotel_id), before={"role": before})


def _refuse_to_lose_the_last_admin(session: Session, hotel_id: UUID, user_id: UUID, role: str) -> None:
    if role == MemberRole.HOTEL_ADMIN and not member_queries.count_other_admins(session, hotel_id, user_id):
        raise LastHotelAdmin


def _is(hotel_id: UUID, user_id: UUID) -> tuple[Any, ...]:
    return (Member.hotel_id == hotel_id, Member.user_id == user_id)
