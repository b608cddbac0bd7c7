"""Setting up what a hotel sells, and for how much."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.announce import announce
from app.core.audit_trail import Actor, Subject, differing, note
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.etag import Seen
from app.hotels.models import Hotel
from app.hotels.queries import require_hotel
from app.rates import events, present, rule_queries, spans
from app.rates.models import RatePlan, RateSeason
from app.rates.rules import ONE_DAY
from app.rooms.queries import keep_type

# What changes with every write, and is no news.
STAMPS = ("version", "created_at", "updated_at")


# The columns of a season's row but for whose it is.
SeasonTold = Mapping[str, Any]


def show_all(hotel_id: UUID) -> dict[str, Any]:
    """The hotel's living plans, JSON-ready: `{items}`. Three statements. Raises HotelNotFound."""
    with reading() as session:
        require_hotel(session, hotel_id)
        plans = rule_queries.plans_of(session, hotel_id)
        seasons = rule_queries.seasons_of(session, [plan.id for plan, _ in plans])
    return {"items": [present.plan(plan, room_type, seasons[plan.id]) for plan, room_type in plans]}


def show(plan_id: UUID) -> dict[str, Any]:
    """One living plan. Two statements. Raises RatePlanNotFound."""
    with reading() as session:
        return _shown(session, plan_id)


def create(person: Principal, hotel_id: UUID, told: Mapping[str, Any], seasons: Sequence[SeasonTold]) -> dict[str, Any]:
    """A new plan, on sale from the hotel's today on. Raises NotFound, Forbidden, HotelNotFound, UnknownRoomType, SeasonsOverlap,
    RulesDisagree.
    """
    actor = permissions.actor(person, Verb.EDIT_RATES, hotel_id)
    with transaction() as session:
        plan = RatePlan(id=new_id(), hotel_id=hotel_id, currency=_currency(session, hotel_id), **told)
        keep_type(session, hotel_id, plan.room_type_id)
        session.add(plan)
        session.flush()
        _write_seasons(session, plan.id, seasons)
        _sell_as_told(session, plan)
        shown = _shown(session, plan.id)
        note(session, actor, Verb.EDIT_RATES, Subject("rate_plan", plan.id, hotel_id), after=_news(shown))
    return shown


def change(
    person: Principal, plan_id: UUID, told: Mapping[str, Any], seasons: Sequence[SeasonTold] | None, seen: Seen
) -> dict[str, Any]:
    """Writes what is told; `seasons` None: they stay.

    Raises RatePlanNotFound, Forbidden, PreconditionFailed, SeasonsOverlap, RulesDisagree.
    """
    with transaction() as session:
        plan = rule_queries.lock_plan(session, plan_id)
        actor = permissions.actor(person, Verb.EDIT_RATES, plan.hotel_id)
        seen.require(plan.version)
        known = _shown(session, plan_id)
        for name, value in told.items():
            setattr(plan, name, value)
        if seasons is not None:
            _write_seasons(session, plan_id, seasons)
        session.flush()
        return _noted(session, actor, plan, known)


def _noted(session: Session, actor: Actor, plan: RatePlan, known: Mapping[str, Any]) -> dict[str, Any]:
    """What differs has its line, its spans and its event; nothing has, when nothing does."""
    shown = _shown(session, plan.id)
    before, after = differing(_news(known), _news(shown))
    if not after:
        return dict(known)
    plan.version += 1
    plan.updated_at = sql_now()
    session.flush()
    session.refresh(plan, ["updated_at"])
    _sell_as_told(session, plan)
    note(session, actor, Verb.EDIT_RATES, Subject("rate_plan", plan.id, plan.hotel_id), before=before, after=after)
    return shown | {"version": plan.version, "updated_at": plan.updated_at}


def _sell_as_told(session: Session, plan: RatePlan) -> None:
    """Writes its spans and tells the hotel."""
    (ruled,) = rule_queries.rules_of(session, [plan.id])
    spans.write(session, [ruled])
    announce(session, events.rates_changed(plan.hotel_id, [plan.id], ruled.today, spans.horizon(ruled.today) - ONE_DAY))


def _shown(session: Session, plan_id: UUID) -> dict[str, Any]:
    plan, room_type = rule_queries.get_plan(session, plan_id)
    return present.plan(plan, room_type, rule_queries.seasons_of(session, [plan_id])[plan_id])


def _news(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What a record keeps of a plan, as JSON has it."""
    return present.as_json({name: value for name, value in shown.items() if name not in STAMPS})


def _currency(session: Session, hotel_id: UUID) -> str:
    require_hotel(session, hotel_id)
    return session.execute(select(Hotel.currency).where(Hotel.id == hotel_id)).scalar_one()


def _write_seasons(session: Session, plan_id: UUID, seasons: Sequence[SeasonTold]) -> None:
    """All of them: those that were there go."""
    session.execute(delete(RateSeason).where(RateSeason.rate_plan_id == plan_id))
    session.add_all(RateSeason(id=new_id(), rate_plan_id=plan_id, **season) for season in seasons)
    session.flush()
