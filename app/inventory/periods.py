"""Runs of nights as the ledger keeps them."""

from datetime import date
from typing import cast

from sqlalchemy.dialects.postgresql import Range

from app.rooms import periods

Days = Range[date]


def bounds(days: Days) -> tuple[date, date]:
    """The first night, and the first day after the last one, of a run that has both."""
    return cast(tuple[date, date], (days.lower, days.upper))


def without(days: Days, others: Days) -> list[Days]:
    """The nights of `days` that are not among `others`: none, one or two runs. Both are bounded and not empty."""
    return [Range(*run) for run in periods.without(bounds(days), bounds(others))]
