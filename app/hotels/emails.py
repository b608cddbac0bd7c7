"""The mails of a hotel's life and of its people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.config import settings
from app.hotels import member_queries
from app.hotels.models import HotelStatus, Invitation
from app.hotels.states import Step
from app.mail.service import Email
from app.mail.templates import Kind, render

# The hotel's own people know of these: they did it themselves a moment ago.
SILENT = frozenset({Step.PAUSE, Step.RESUME})
APPROVED = frozenset({HotelStatus.ACTIVE, HotelStatus.PAUSED, HotelStatus.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Moved:
    """A step of a hotel: `change_id` is its line in the log, `taker` the address of who took it, `came_from` the state before."""

    change_id: UUID
    step: Step
    reason: str | None
    taker: str
    came_from: str | None = None


def moved(session: Session, hotel: Mapping[str, Any], what: Moved) -> list[Email]:
    """To the hotel's admins and its own address, each once; a submission is acknowledged to who submitted, nobody else."""
    if what.step in SILENT:
        return []
    recipients = {what.taker} if what.step is Step.SUBMIT else _people(session, hotel, what)
    words = render(Kind.HOTEL_MOVED, hotel_name=hotel["name"], step=str(what.step), reason=what.reason)
    return [
        Email(Kind.HOTEL_MOVED, what.change_id, recipient, words.subject, words.text, words.html)
        for recipient in sorted(recipients)
    ]


def _people(session: Session, hotel: Mapping[str, Any], what: Moved) -> set[str]:
    """Anybody may draft a hotel under any address and close it again: before the platform has approved it, that address is not written to
    for a closing.
    """
    admins = set(member_queries.emails_of_admins(session, hotel["id"]))
    is_unknown = what.step is Step.CLOSE and what.came_from not in APPROVED
    return admins if is_unknown else admins | {hotel["email"]}


def invited(invitation: Invitation, hotel_name: str, token: str) -> Email:
    """To the address that is invited: the one place where the token is told, behind a # that browsers send to nobody."""
    link = f"{settings().public_web_url.rstrip('/')}/invitations/accept#token={token}"
    facts = {
        "hotel_name": hotel_name,
        "member_role": invitation.role,
        "link": link,
        "expires_at": invitation.expires_at,
    }
    words = render(Kind.HOTEL_INVITATION, **facts)
    told = (words.subject, words.text, words.html)
    return Email(Kind.HOTEL_INVITATION, invitation.id, invitation.email, *told, is_secret=True)
