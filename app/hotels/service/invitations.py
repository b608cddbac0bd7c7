"""Asking people into a hotel by a link to their address, which proves that it is theirs."""

import math
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth import queries as people
from app.auth.errors import LinkExpired
from app.auth.models import UserStatus
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.auth.service import links, verify_email
from app.config import settings
from app.core import clock, throttle
from app.core.audit_trail import Actor, Subject, note
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, retrying, transaction
from app.hotels import emails, limits, member_queries, queries
from app.hotels.errors import (
    AlreadyMember,
    InvitationNotFound,
    InvitedTooOften,
    NotYourInvitation,
    TooManyInvitations,
)
from app.hotels.models import Hotel, Invitation, Member
from app.mail.service import queue_email

LIFE = timedelta(days=7)


def show(hotel_id: UUID) -> dict[str, Any]:
    """`{items}`: those that can still be accepted, oldest first. Raises HotelNotFound."""
    with reading() as session:
        found = member_queries.open_invitations(session, hotel_id)
        if not found:
            queries.require_hotel(session, hotel_id)
    return {"items": found}


@retrying
def invite(person: Principal, hotel_id: UUID, email: str, role: str) -> Invitation:
    """Mails a link; an earlier one to the address no longer works.

    Raises NotFound, Forbidden, AlreadyMember, TooManyInvitations, InvitedTooOften.
    """
    actor = permissions.actor(person, Verb.MANAGE_MEMBERS, hotel_id)
    with transaction() as session:
        hotel = queries.lock_hotel(session, hotel_id)
        if member_queries.is_member(session, hotel_id, email):
            raise AlreadyMember
        _refuse_too_many(session, person, hotel_id, email)
        return offer(session, actor, hotel, email, role)


def _refuse_too_many(session: Session, person: Principal, hotel_id: UUID, email: str) -> None:
    """Anybody may draft a hotel: the mails in its name are not to become his way to strangers."""
    most = settings().invitations_per_hotel
    if member_queries.count_open_invitations(session, hotel_id, but=email) >= most:
        raise TooManyInvitations(most=most)
    if seconds := throttle.take(session, *limits.of_invitation(person.user_id, hotel_id, email)):
        raise InvitedTooOften(retry_after=math.ceil(seconds))


def offer(session: Session, actor: Actor, hotel: Hotel, email: str, role: str) -> Invitation:
    """The invitation with its mail and its line in the audit log; the hotel is locked or new."""
    unused = (Invitation.hotel_id == hotel.id, Invitation.email == email, Invitation.used_at.is_(None))
    session.execute(delete(Invitation).where(*unused))
    token = secrets.token_urlsafe(links.BYTES)
    invitation = Invitation(
        id=new_id(),
        hotel_id=hotel.id,
        email=email,
        role=role,
        token_hash=links.hash_of(token),
        invited_by=actor.id,
        created_at=clock.now(session),
        expires_at=clock.now(session) + LIFE,
    )
    session.add(invitation)
    note(session, actor, "invitation.create", Subject("invitation", invitation.id, hotel.id), after={"role": role})
    queue_email(session, emails.invited(invitation, hotel.name, token))
    return invitation


def withdraw(person: Principal, hotel_id: UUID, invitation_id: UUID) -> None:
    """The link no longer works. Raises NotFound, Forbidden, InvitationNotFound, also for one that was used."""
    actor = permissions.actor(person, Verb.MANAGE_MEMBERS, hotel_id)
    this = (Invitation.id == invitation_id, Invitation.hotel_id == hotel_id, Invitation.used_at.is_(None))
    with transaction() as session:
        if session.scalar(delete(Invitation).where(*this).returning(Invitation.id)) is None:
            raise InvitationNotFound
        note(session, actor, "invitation.withdraw", Subject("invitation", invitation_id, hotel_id))


def accept(person: Principal, token: str) -> dict[str, Any]:
    """The place is the person's, and his address is proved. Returns `{hotel_id, role}`. He is locked, for he may be being erased.

    Raises LinkExpired, NotYourInvitation (the link stays good for its owner), AlreadyMember.
    """
    token_hash = links.hash_of(token)
    with transaction() as session:
        found = member_queries.find_offer(session, token_hash, person.email)
        if found is None:
            raise LinkExpired
        if not found.is_mine:
            raise NotYourInvitation
        queries.lock_hotel(session, found.hotel_id)
        if people.lock_user(session, person.user_id).status != UserStatus.ACTIVE:
            raise LinkExpired
        role = _use(session, token_hash)
        session.execute(insert(Member).values(hotel_id=found.hotel_id, user_id=person.user_id, role=role))
        verify_email.by_other_link(session, person.user_id)
        subject = Subject("member", person.user_id, found.hotel_id)
        note(session, Actor(person.user_id, role), "member.join", subject, after={"role": role})
    return {"hotel_id": found.hotel_id, "role": role}


def _use(session: Session, token_hash: bytes) -> str:
    """The role it offers; of two who come with one link the second finds it used."""
    living = (Invitation.token_hash == token_hash, Invitation.used_at.is_(None), Invitation.expires_at > sql_now())
    used = update(Invitation).where(*living).values(used_at=sql_now()).returning(Invitation.role)
    role = session.scalar(used, execution_options={"synchronize_session": False})
    if role is None:
        raise LinkExpired
    return role
