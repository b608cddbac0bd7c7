"""Rates as their hotel's people see them, JSON-ready."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from app.rates.models import Charge, RatePlan, RateSeason
from app.rates.rule_queries import said_by
from app.rates.rules import ONE_DAY, Run, Said

OF_PLAN = (
    "id",
    "hotel_id",
    "room_type_id",
    "name",
    "meals",
    "payment_timing",
    "price",
    "currency",
    "windows",
    "grace_minutes",
    "change_terms",
    "is_open",
    "weekday_prices",
    "stop_sell",
    "closed_to_arrival",
    "closed_to_departure",
    "min_nights",
    "max_nights",
    "lead_days",
    "advance_days",
    "extra_adult_price",
    "created_at",
    "updated_at",
)
OF_CHARGE = ("id", "hotel_id", "state", "name", "description", "kind", "value", "is_included", "created_at")


def plan(row: RatePlan, room_type: str, seasons: Sequence[RateSeason]) -> dict[str, Any]:
    """As `schemas.RatePlanView` documents it, with its `version`."""
    facts = {name: getattr(row, name) for name in OF_PLAN}
    return facts | {
        "room_type": room_type,
        "child_prices": row.child_prices or [],
        "seasons": [season(one) for one in seasons],
        "version": row.version,
    }


def season(row: RateSeason) -> dict[str, Any]:
    """Both days included."""
    first, end = row.days.lower, row.days.upper
    last = None if end is None else end - ONE_DAY
    return {"name": row.name, "from": first, "to": last, "weekday_prices": row.weekday_prices} | said_by(row)._asdict()


def run(one: Run) -> dict[str, Any]:
    """What holds on these days, and who says it."""
    sources = dict(zip(Said._fields, map(str, one.sources), strict=True))
    return {"from": one.first, "to": one.end - ONE_DAY, "season": one.season, "sources": sources} | one.said._asdict()


def charge(row: Charge) -> dict[str, Any]:
    """Both days included; `to` is None while no end is known."""
    first, end = row.valid.lower, row.valid.upper
    return {name: getattr(row, name) for name in OF_CHARGE} | {
        "from": first,
        "to": None if end is None else end - timedelta(days=1),
    }


def as_json(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The same as JSON has it: ids and days as text, for a record."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(shown))
    return plain
