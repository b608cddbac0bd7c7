"""Writing rate spans, and nobody else does: what the engine says of each plan, from its hotel's today on, a few days more than are sold."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.config import settings
from app.core.sql import by_hand, run
from app.rates import rule_queries, rules
from app.rates.pricing import Span
from app.rates.rule_queries import RuledPlan

# Beyond the last night that is sold: the day on which its guest leaves, and two on which nobody has written on.
SPARE: Final = 3
# What is there and what was told are compared from today on: a span that began earlier stays as it is while it is right. All that is in
# the way goes before anything is inserted, for the count is asked first.
_REPLACE = by_hand("""
WITH plan AS (
  SELECT * FROM jsonb_to_recordset(:plans) AS told (id uuid, today date)
), told AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(:spans) AS told (
    plan uuid, first date, "end" date, price bigint, stop_sell bool, closed_to_arrival bool, closed_to_departure bool,
    min_nights smallint, max_nights smallint)
), kept AS MATERIALIZED (
  SELECT span.id, told.plan, told.first
  FROM plan JOIN rate_spans span ON span.rate_plan_id = plan.id
  JOIN told ON told.plan = plan.id AND told.first = greatest(lower(span.days), plan.today) AND told."end" = upper(span.days)
  WHERE (told.price, told.stop_sell, told.closed_to_arrival, told.closed_to_departure, told.min_nights, told.max_nights)
      = (span.price, span.stop_sell, span.closed_to_arrival, span.closed_to_departure, span.min_nights, span.max_nights)
), gone AS MATERIALIZED (
  DELETE FROM rate_spans span USING plan
  WHERE span.rate_plan_id = plan.id AND upper(span.days) > plan.today AND NOT EXISTS (SELECT FROM kept WHERE kept.id = span.id)
  RETURNING 1
)
INSERT INTO rate_spans (rate_plan_id, days, price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights)
SELECT plan, daterange(first, "end"), price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights
FROM told
WHERE (SELECT count(*) FROM gone) >= 0
  AND NOT EXISTS (SELECT FROM kept WHERE kept.plan = told.plan AND kept.first = told.first)
""")


def days_written() -> int:
    """How many days from today on have spans."""
    return settings().sale_days + SPARE


def horizon(today: date) -> date:
    """The first day that is not written yet."""
    return today + timedelta(days=days_written())


def rewrite(session: Session, plan_ids: Collection[UUID]) -> None:
    """Makes the spans of the plans, whose rows are locked or new, what their rules say. Four statements."""
    session.flush()
    write(session, rule_queries.rules_of(session, plan_ids))


def write(session: Session, plans: Sequence[RuledPlan]) -> None:
    """The same of rules that were read: what differs is replaced, by one statement."""
    written = [
        _row(plan.id, span) for plan in plans for span in rules.spans(plan.rules, plan.today, horizon(plan.today))
    ]
    known = [{"id": plan.id, "today": plan.today} for plan in plans]
    run(session, _REPLACE, {"plans": orjson.dumps(known).decode(), "spans": orjson.dumps(written).decode()})


def _row(plan_id: UUID, span: Span) -> dict[str, Any]:
    return {
        "plan": plan_id,
        "first": span.first,
        "end": span.end,
        "price": span.price,
        "stop_sell": span.stop_sell,
        "closed_to_arrival": span.closed_to_arrival,
        "closed_to_departure": span.closed_to_departure,
        "min_nights": span.min_nights,
        "max_nights": span.max_nights,
    }
