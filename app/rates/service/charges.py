"""Taxes and fees: the platform sets those of a state or of the whole country, a hotel its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Actor, Subject, note
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.hotels.errors import UnknownState
from app.hotels.queries import require_hotel
from app.hotels.whereabouts import state_of
from app.rates import charge_queries, present
from app.rates.errors import ChargeEndsEarly
from app.rates.models import Charge
from app.rates.rules import ONE_DAY


def of_hotel(hotel_id: UUID) -> dict[str, Any]:
    """Those that its stays may be charged, the platform's among them: `{items}`. Two statements. Raises HotelNotFound."""
    with reading() as session:
        require_hotel(session, hotel_id)
        return {"items": [present.charge(row) for row in charge_queries.charges_at(session, hotel_id)]}


def of_platform(state: str | None) -> dict[str, Any]:
    """Those of the platform, of one state or of all: `{items}`. One statement. Raises UnknownState."""
    with reading() as session:
        return {"items": [present.charge(row) for row in charge_queries.charges_of_platform(session, _state(state))]}


def add_to_hotel(person: Principal, hotel_id: UUID, told: Mapping[str, Any]) -> dict[str, Any]:
    """Raises NotFound, Forbidden, HotelNotFound, ChargesOverlap, ChargeEndsEarly."""
    actor = permissions.actor(person, Verb.EDIT_RATES, hotel_id)
    with transaction() as session:
        require_hotel(session, hotel_id)
        return _added(session, actor, Charge(id=new_id(), hotel_id=hotel_id, **_columns(told)))


def add_to_platform(person: Principal, told: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Forbidden, UnknownState, ChargesOverlap, ChargeEndsEarly."""
    actor = permissions.actor(person, Verb.SET_CHARGES)
    with transaction() as session:
        state = _state(told.get("state"))
        return _added(session, actor, Charge(id=new_id(), state=state, **_columns(told)))


def end(person: Principal, charge_id: UUID, last: date | None, hotel_id: UUID | None = None) -> dict[str, Any]:
    """Sets the last day on which a stay may begin to be charged; None: no end is known. Bookings stay as they are.

    Raises NotFound, Forbidden, ChargeNotFound, ChargesOverlap, ChargeEndsEarly.
    """
    actor = _actor(person, hotel_id)
    with transaction() as session:
        charge = charge_queries.lock_charge(session, charge_id, hotel_id)
        before = present.charge(charge)["to"]
        charge.valid = _valid(charge.valid.lower, last)
        session.flush()
        _note(session, actor, charge, before={"to": _spelled(before)}, after={"to": _spelled(last)})
        return present.charge(charge)


def retire(person: Principal, charge_id: UUID, hotel_id: UUID | None = None) -> None:
    """Charges it to no stay that is booked from now on. Raises NotFound, Forbidden, ChargeNotFound."""
    actor = _actor(person, hotel_id)
    with transaction() as session:
        charge = charge_queries.lock_charge(session, charge_id, hotel_id)
        charge.retired_at = sql_now()
        _note(session, actor, charge, before=present.as_json(present.charge(charge)))


def _actor(person: Principal, hotel_id: UUID | None) -> Actor:
    verb = Verb.EDIT_RATES if hotel_id else Verb.SET_CHARGES
    return permissions.actor(person, verb, hotel_id)


def _added(session: Session, actor: Actor, charge: Charge) -> dict[str, Any]:
    session.add(charge)
    session.flush()
    session.refresh(charge)
    shown = present.charge(charge)
    _note(session, actor, charge, after=present.as_json(shown))
    return shown


def _note(
    session: Session,
    actor: Actor,
    charge: Charge,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    verb = Verb.EDIT_RATES if charge.hotel_id else Verb.SET_CHARGES
    note(session, actor, verb, Subject("charge", charge.id, charge.hotel_id), before=before, after=after)


def _columns(told: Mapping[str, Any]) -> dict[str, Any]:
    same = ("name", "description", "kind", "value", "is_included")
    return {name: told[name] for name in same} | {"valid": _valid(told["first"], told["last"])}


def _valid(first: date | None, last: date | None) -> Range[date]:
    if first is not None and last is not None and last < first:
        raise ChargeEndsEarly
    return Range(first, None if last is None else last + ONE_DAY)


def _state(name: str | None) -> str | None:
    state = None if name is None else state_of(name)
    if name is not None and state is None:
        raise UnknownState
    return state


def _spelled(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
