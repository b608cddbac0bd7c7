"""The prices and restrictions of single days: seen with where each comes from, and edited for many days and plans in one go."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.announce import announce
from app.core.audit_trail import Subject, note
from app.core.db import reading, transaction
from app.core.money import MAX_KOBO
from app.core.sql import by_hand, run
from app.rates import edits, events, present, rule_queries, rules, spans
from app.rates.edits import Days, Edit
from app.rates.errors import DaysInvalid, PriceNotPositive, RatePlanNotFound, UnknownRatePlans
from app.rates.rule_queries import RuledPlan
from app.rates.rules import NOTHING, ONE_DAY

MOST_AHEAD = timedelta(days=730)
Changed = Mapping[UUID, Days]

_WRITE = by_hand("""
WITH told AS MATERIALIZED (
  SELECT told.*, num_nonnulls(price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights) > 0 AS says_something
  FROM jsonb_to_recordset(:days) AS told (
    plan uuid, day date, price bigint, stop_sell bool, closed_to_arrival bool, closed_to_departure bool, min_nights smallint,
    max_nights smallint)
), gone AS (
  DELETE FROM rate_days own USING told WHERE own.rate_plan_id = told.plan AND own.day = told.day AND NOT told.says_something
)
INSERT INTO rate_days (rate_plan_id, day, price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights)
SELECT plan, day, price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights FROM told WHERE says_something
ON CONFLICT (rate_plan_id, day) DO UPDATE SET price = excluded.price, stop_sell = excluded.stop_sell,
  closed_to_arrival = excluded.closed_to_arrival, closed_to_departure = excluded.closed_to_departure,
  min_nights = excluded.min_nights, max_nights = excluded.max_nights
""")


def show(plan_id: UUID, first: date, last: date) -> dict[str, Any]:
    """What holds from the first to the last day, both included, as few runs, JSON-ready. Three statements. Raises RatePlanNotFound."""
    with reading() as session:
        found = rule_queries.rules_of(session, [plan_id], since=first)
    if not found:
        raise RatePlanNotFound
    return _shown(found[0], first, last)


def edit_one(person: Principal, plan_id: UUID, edit: Edit) -> dict[str, Any]:
    """Edits one plan's days. Returns them as `show` does. Raises RatePlanNotFound and what `edit_many` raises."""
    with transaction() as session:
        hotel_id = rule_queries.find_plan_hotel(session, plan_id)
        if hotel_id is None:
            raise RatePlanNotFound
        plans, _ = _edited(session, person, hotel_id, [plan_id], edit)
    return _shown(plans[0], edit.first, edit.last)


def edit_many(person: Principal, hotel_id: UUID, plan_ids: Sequence[UUID], edit: Edit) -> dict[str, Any]:
    """Edits the same days of several plans, all or nothing, in as many statements as for one.

    `{from, to, items: [{rate_plan_id, days_changed}]}`. Raises NotFound, Forbidden, UnknownRatePlans, DaysInvalid, PriceNotPositive,
    RulesDisagree.
    """
    with transaction() as session:
        plans, changed = _edited(session, person, hotel_id, plan_ids, edit)
    items = [{"rate_plan_id": plan.id, "days_changed": len(changed[plan.id])} for plan in plans]
    return {"from": edit.first, "to": edit.last, "items": items}


def _edited(
    session: Session, person: Principal, hotel_id: UUID, plan_ids: Sequence[UUID], edit: Edit
) -> tuple[list[RuledPlan], Changed]:
    actor = permissions.actor(person, Verb.EDIT_RATES, hotel_id)
    plans = _locked(session, hotel_id, plan_ids)
    _refuse_outside(edit, plans[0].today)
    changed = {plan.id: _changed(edit, plan) for plan in plans}
    if not any(changed.values()):
        return plans, changed
    after = [rule_queries.with_days(plan, changed[plan.id]) for plan in plans]
    run(session, _WRITE, {"days": _rows(changed)})
    spans.write(session, [plan for plan in after if changed[plan.id]])
    before = {plan.id: {day: plan.rules.days.get(day, NOTHING) for day in changed[plan.id]} for plan in plans}
    subject = (
        Subject("rate_plan", plan_ids[0], hotel_id) if len(plan_ids) == 1 else Subject("hotel", hotel_id, hotel_id)
    )
    note(session, actor, Verb.EDIT_RATES, subject, before=_told(before), after=_told(changed))
    announce(
        session, events.rates_changed(hotel_id, [plan.id for plan in plans if changed[plan.id]], edit.first, edit.last)
    )
    return after, changed


def _locked(session: Session, hotel_id: UUID, plan_ids: Sequence[UUID]) -> list[RuledPlan]:
    mine = {plan.id for plan in rule_queries.lock_plans(session, plan_ids) if plan.hotel_id == hotel_id}
    if unknown := [plan_id for plan_id in plan_ids if plan_id not in mine]:
        raise UnknownRatePlans(rate_plan_ids=unknown)
    return rule_queries.rules_of(session, plan_ids)


def _refuse_outside(edit: Edit, today: date) -> None:
    last = today + MOST_AHEAD
    if not today <= edit.first <= edit.last <= last:
        raise DaysInvalid(f"Days are set from {today} (the hotel's today) to {last}", first=today, last=last)


def _changed(edit: Edit, plan: RuledPlan) -> dict[date, rules.Said]:
    changed = edits.days_after(edit, plan.rules)
    for day, said in changed.items():
        if said.price is not None and not 0 < said.price <= MAX_KOBO:
            raise PriceNotPositive(rate_plan_id=plan.id, date=day)
    return changed


def _rows(changed: Changed) -> str:
    rows = [
        {"plan": plan_id, "day": day} | said._asdict()
        for plan_id, days in changed.items()
        for day, said in days.items()
    ]
    return orjson.dumps(rows).decode()


def _told(days: Changed) -> dict[str, Any]:
    """For the record: by plan, runs of equal days."""
    return {str(plan_id): edits.summary(told) for plan_id, told in days.items() if told}


def _shown(plan: RuledPlan, first: date, last: date) -> dict[str, Any]:
    items = [present.run(one) for one in rules.runs(plan.rules, first, last + ONE_DAY)]
    return {"rate_plan_id": plan.id, "from": first, "to": last, "items": items}
