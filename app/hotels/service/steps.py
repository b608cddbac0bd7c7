"""Taking a hotel from state to state, by its own people or by the platform's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Actor, Subject, note
from app.core.db import transaction
from app.core.logging import logger
from app.hotels import checklist, emails, queries, states
from app.hotels.errors import HasFutureBookings, NotReady
from app.hotels.models import Hotel
from app.hotels.states import Step
from app.mail.service import queue_email

BY_HOTEL: Mapping[Step, Verb] = {
    Step.SUBMIT: Verb.SUBMIT_HOTEL,
    Step.PAUSE: Verb.PAUSE_HOTEL,
    Step.RESUME: Verb.PAUSE_HOTEL,
    Step.CLOSE: Verb.CLOSE_HOTEL,
}
BY_PLATFORM: Mapping[Step, Verb] = {
    Step.APPROVE: Verb.REVIEW_HOTELS,
    Step.REQUEST_CHANGES: Verb.REVIEW_HOTELS,
    Step.REJECT: Verb.REVIEW_HOTELS,
    Step.SUSPEND: Verb.SUSPEND_HOTELS,
    Step.REINSTATE: Verb.SUSPEND_HOTELS,
    Step.CLOSE: Verb.CLOSE_HOTELS,
}

log = logger(__name__)


def by_hotel(person: Principal, hotel_id: UUID, step: Step, reason: str | None) -> dict[str, Any]:
    """A member's step. Returns the hotel's facts.

    Raises NotFound, Forbidden, IllegalTransition, NotReady (submit), HasFutureBookings (close).
    """
    return _take(permissions.actor(person, BY_HOTEL[step], hotel_id), hotel_id, step, reason, person.email)


def by_platform(person: Principal, hotel_id: UUID, step: Step, reason: str | None) -> dict[str, Any]:
    """A platform admin's step. Returns the hotel's facts. Raises Forbidden, HotelNotFound, IllegalTransition, HasFutureBookings."""
    return _take(permissions.actor(person, BY_PLATFORM[step]), hotel_id, step, reason, person.email)


def _take(actor: Actor, hotel_id: UUID, step: Step, reason: str | None, address: str) -> dict[str, Any]:
    with transaction() as session:
        hotel = queries.lock_for_step(session, hotel_id)
        came_from, to = hotel.status, states.require(hotel, step)
        _refuse(session, hotel, step)
        change_id = states.move(session, hotel, step, actor, reason)
        subject = Subject("hotel", hotel_id, hotel_id)
        note(session, actor, f"hotel.{step}", subject, before={"status": came_from}, after={"status": to})
        facts = queries.get_facts(session, hotel_id)
        for mail in emails.moved(session, facts, emails.Moved(change_id, step, reason, address, came_from)):
            queue_email(session, mail)
    log.info("hotel_moved", hotel_id=str(hotel_id), step=step, came_from=came_from, to=to, by=actor.role)
    return facts


def _refuse(session: Session, hotel: Hotel, step: Step) -> None:
    if step is Step.SUBMIT and (missing := checklist.missing(queries.get_facts(session, hotel.id))):
        raise NotReady(missing=missing)
    if step is Step.CLOSE and (count := queries.count_guests_to_come(session, hotel.id)):
        raise HasFutureBookings(count=count)
