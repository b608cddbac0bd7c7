"""The rules of plans, as the engine takes them: four statements however many plans there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.sql import by_hand, run
from app.hotels.models import Hotel
from app.hotels.queries import sql_today
from app.rates.errors import RatePlanNotFound
from app.rates.models import RateDay, RatePlan, RateSeason
from app.rates.rules import PlanRules, Said, Season
from app.rooms.models import RoomType


@dataclass(frozen=True, slots=True)
class RuledPlan:
    """A plan's rules; `today`: the date on its hotel's wall."""

    id: UUID
    hotel_id: UUID
    today: date
    rules: PlanRules


_SAID = Said._fields
# Whoever holds a plan's row writes its spans himself.
_BEHIND = by_hand("""
SELECT plan.id FROM rate_plans plan JOIN hotels hotel ON hotel.id = plan.hotel_id
CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE hotel.time_zone)::date + CAST(:days AS int) AS day) horizon
CROSS JOIN LATERAL (SELECT max(upper(days)) AS ends FROM rate_spans WHERE rate_plan_id = plan.id) written
WHERE plan.retired_at IS NULL AND plan.id > :after AND coalesce(written.ends < horizon.day, true)
ORDER BY plan.id LIMIT :most FOR NO KEY UPDATE OF plan SKIP LOCKED
""")


def find_plan_hotel(session: Session, plan_id: UUID) -> UUID | None:
    """Whose plan it is, if it lives."""
    return session.scalar(select(RatePlan.hotel_id).where(RatePlan.id == plan_id, RatePlan.retired_at.is_(None)))


def plans_of(session: Session, hotel_id: UUID) -> list[tuple[RatePlan, str]]:
    """The hotel's living plans of its living room types, and these types' names; oldest first."""
    statement = _living().where(RatePlan.hotel_id == hotel_id, RoomType.retired_at.is_(None))
    return [(plan, name) for plan, name in session.execute(statement.order_by(RoomType.id, RatePlan.id))]


def get_plan(session: Session, plan_id: UUID) -> tuple[RatePlan, str]:
    """The living plan and its room type's name. Raises RatePlanNotFound."""
    found = session.execute(_living().where(RatePlan.id == plan_id)).one_or_none()
    if found is None:
        raise RatePlanNotFound
    return found[0], found[1]


def lock_plans(session: Session, plan_ids: Collection[UUID]) -> list[RatePlan]:
    """The living ones among the plans, locked against other writers of their rules in the order of their ids. Bookings go on."""
    mine = RatePlan.id.in_(plan_ids) & RatePlan.retired_at.is_(None)
    return list(session.scalars(select(RatePlan).where(mine).order_by(RatePlan.id).with_for_update(key_share=True)))


def lock_plan(session: Session, plan_id: UUID) -> RatePlan:
    """Raises RatePlanNotFound."""
    locked = lock_plans(session, [plan_id])
    if not locked:
        raise RatePlanNotFound
    return locked[0]


def lock_for_retirement(session: Session, plan_id: UUID) -> RatePlan:
    """Locked against bookings as well: each holds a key of this row until it is through. Raises RatePlanNotFound."""
    mine = (RatePlan.id == plan_id) & RatePlan.retired_at.is_(None)
    plan = session.scalar(select(RatePlan).where(mine).with_for_update())
    if plan is None:
        raise RatePlanNotFound
    return plan


def claim_behind(session: Session, after: UUID, days: int, most: int) -> list[UUID]:
    """Living plans with ids above `after` whose spans end sooner than so many days from today, locked.

    Those that somebody writes just now are passed over.
    """
    return list(run(session, _BEHIND, {"after": after, "days": days, "most": most}).scalars())


def seasons_of(session: Session, plan_ids: Collection[UUID]) -> dict[UUID, list[RateSeason]]:
    """By plan, in the order of their days."""
    found: dict[UUID, list[RateSeason]] = defaultdict(list)
    statement = select(RateSeason).where(RateSeason.rate_plan_id.in_(plan_ids)).order_by(func.lower(RateSeason.days))
    for season in session.scalars(statement):
        found[season.rate_plan_id].append(season)
    return found


def rules_of(session: Session, plan_ids: Collection[UUID], since: date | None = None) -> list[RuledPlan]:
    """The plans with all that is said of their days from their hotel's today (or `since`) on, in the order of their ids.

    Three statements.
    """
    statement = (
        select(RatePlan, sql_today()).join(Hotel, Hotel.id == RatePlan.hotel_id).where(RatePlan.id.in_(plan_ids))
    )
    plans = session.execute(statement.order_by(RatePlan.id)).all()
    seasons = seasons_of(session, plan_ids)
    days = _days_of(session, plan_ids, since or min((today for _, today in plans), default=date.max))
    return [_ruled(plan, today, seasons[plan.id], days.get(plan.id, {})) for plan, today in plans]


def _living() -> Any:
    return select(RatePlan, RoomType.name).join(RoomType).where(RatePlan.retired_at.is_(None))


def _days_of(session: Session, plan_ids: Collection[UUID], first: date) -> dict[UUID, dict[date, Said]]:
    found: dict[UUID, dict[date, Said]] = defaultdict(dict)
    columns = (RateDay.rate_plan_id, RateDay.day, *(getattr(RateDay, name) for name in _SAID))
    for plan_id, day, *said in session.execute(
        select(*columns).where(RateDay.rate_plan_id.in_(plan_ids), RateDay.day >= first)
    ):
        found[plan_id][day] = Said(*said)
    return found


def _ruled(plan: RatePlan, today: date, seasons: Sequence[RateSeason], days: Mapping[date, Said]) -> RuledPlan:
    rules = PlanRules(
        said=said_by(plan),
        weekday_prices=tuple(plan.weekday_prices or ()),
        seasons=tuple(season_of(season) for season in seasons),
        days=days,
        is_open=plan.is_open,
    )
    return RuledPlan(plan.id, plan.hotel_id, today, rules)


def season_of(row: RateSeason) -> Season:
    """As the engine takes it."""
    first, end = row.days.lower, row.days.upper
    if first is None or end is None:
        raise ValueError(f"season {row.id} has no end")
    return Season(row.name, first, end, said_by(row), tuple(row.weekday_prices or ()))


def said_by(row: RatePlan | RateSeason) -> Said:
    """What the row says of its days."""
    return Said(*(getattr(row, name) for name in _SAID))


def with_days(plan: RuledPlan, days: Mapping[date, Said]) -> RuledPlan:
    """The plan after these days were said something else; a day of which nothing is said is no day of its own."""
    merged = {day: said for day, said in {**plan.rules.days, **days}.items() if any(one is not None for one in said)}
    return replace(plan, rules=replace(plan.rules, days=merged))
