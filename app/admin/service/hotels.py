"""What the platform's people do to hotels beyond taking them from state to state."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Actor, Subject, note
from app.core.db import reading, retrying, transaction
from app.core.paging import cursor_of_place, page, read_place
from app.hotels import emails, member_queries, queries
from app.hotels.models import Hotel, HotelStatus, Member, MemberRole
from app.hotels.service import birth, invitations
from app.hotels.states import Step
from app.mail.service import queue_email


def queue(status: HotelStatus, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`: hotels in this state, those first that have been in it for longest. Raises CursorInvalid."""
    after = read_place(cursor)
    with reading() as session:
        found = queries.page_in_state(session, status, after, limit + 1)
    return page(found, limit, lambda row: cursor_of_place((row["status_changed_at"], row["id"])))


@retrying
def create_hotel(person: Principal, told: Mapping[str, Any], owner_email: str | None) -> dict[str, Any]:
    """An active hotel, and its admin if one is named. Returns its facts. Raises Forbidden, NotReady, and what `facts.write` raises."""
    actor = permissions.actor(person, Verb.CREATE_HOTEL)
    with transaction() as session:
        born = birth.make(session, actor, told, HotelStatus.ACTIVE)
        if owner_email is not None:
            _give_to(session, actor, born.hotel, owner_email)
        moved = emails.Moved(born.change_id, Step.APPROVE, None, person.email)
        for mail in emails.moved(session, born.facts, moved):
            queue_email(session, mail)
        return born.facts


def _give_to(session: Session, actor: Actor, hotel: Hotel, email: str) -> None:
    """Anybody can open an account under somebody else's address: only one that has proved it gets the hotel without a link."""
    user_id = member_queries.find_verified_user(session, email)
    role = MemberRole.HOTEL_ADMIN
    if user_id is None:
        invitations.offer(session, actor, hotel, email, role)
        return
    session.add(Member(hotel_id=hotel.id, user_id=user_id, role=role))
    note(session, actor, "member.add", Subject("member", user_id, hotel.id), after={"role": role})
    session.flush()
