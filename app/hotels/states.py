"""The life of a hotel, and the one mover that changes its status."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.models import Role
from app.core.audit_trail import Actor
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.errors import IllegalTransition
from app.hotels.errors import HotelIsOver
from app.hotels.models import OVER, Hotel, HotelStatus, StatusChange


class Step(StrEnum):
    """What can be done to a hotel. Two of them may lead to one state and be two people's to take: only a step names a move."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    PAUSE = "pause"
    RESUME = "resume"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"


BORN = "create"

NEXT: dict[HotelStatus, dict[Step, HotelStatus]] = {
    HotelStatus.DRAFT: {Step.SUBMIT: HotelStatus.SUBMITTED, Step.CLOSE: HotelStatus.CLOSED},
    HotelStatus.SUBMITTED: {
        Step.APPROVE: HotelStatus.ACTIVE,
        Step.REQUEST_CHANGES: HotelStatus.CHANGES_REQUESTED,
        Step.REJECT: HotelStatus.REJECTED,
        Step.CLOSE: HotelStatus.CLOSED,
    },
    HotelStatus.CHANGES_REQUESTED: {Step.SUBMIT: HotelStatus.SUBMITTED, Step.CLOSE: HotelStatus.CLOSED},
    HotelStatus.REJECTED: {Step.CLOSE: HotelStatus.CLOSED},
    HotelStatus.ACTIVE: {
        Step.PAUSE: HotelStatus.PAUSED,
        Step.SUSPEND: HotelStatus.SUSPENDED,
        Step.CLOSE: HotelStatus.CLOSED,
    },
    HotelStatus.PAUSED: {
        Step.RESUME: HotelStatus.ACTIVE,
        Step.SUSPEND: HotelStatus.SUSPENDED,
        Step.CLOSE: HotelStatus.CLOSED,
    },
    HotelStatus.SUSPENDED: {Step.REINSTATE: HotelStatus.ACTIVE, Step.CLOSE: HotelStatus.CLOSED},
    HotelStatus.CLOSED: {},
}


def require(hotel: Hotel, step: Step) -> HotelStatus:
    """Where the step leads. Raises IllegalTransition with the steps that are possible."""
    possible = NEXT[HotelStatus(hotel.status)]
    if step not in possible:
        raise IllegalTransition(f"This is not possible for a hotel that is {hotel.status}", allowed=sorted(possible))
    return possible[step]


def refuse_if_over(status: str) -> None:
    """Raises HotelIsOver for a hotel of which nothing is to be changed any more."""
    if status in OVER:
        raise HotelIsOver


def move(session: Session, hotel: Hotel, step: Step, actor: Actor, reason: str | None = None) -> UUID:
    """Checks, stamps and records the step; the row is locked. Returns the id of the record. Raises IllegalTransition."""
    came_from, hotel.status = hotel.status, require(hotel, step)
    hotel.status_changed_at = sql_now()
    touch(hotel)
    return _record(session, hotel, step, actor, came_from=came_from, reason=reason)


def record_birth(session: Session, hotel: Hotel, actor: Actor) -> UUID:
    """The first line of its log. Returns its id."""
    return _record(session, hotel, BORN, actor)


def touch(hotel: Hotel) -> None:
    """The row has changed: ETags that were read before are stale."""
    hotel.version += 1
    hotel.updated_at = sql_now()


def _record(
    session: Session,
    hotel: Hotel,
    step: str,
    actor: Actor,
    *,
    came_from: str | None = None,
    reason: str | None = None,
) -> UUID:
    line = StatusChange(
        id=new_id(),
        hotel_id=hotel.id,
        step=step,
        from_status=came_from,
        to_status=hotel.status,
        actor="platform" if actor.role == Role.PLATFORM_ADMIN else "hotel",
        actor_id=actor.id,
        reason=reason,
    )
    session.add(line)
    session.flush()
    return line.id
