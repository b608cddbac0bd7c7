"""Runs of nights, half-open: what one has that another has not."""

from datetime import date
from typing import cast

from sqlalchemy.dialects.postgresql import Range

Days = Range[date]


def bounds(days: Days) -> tuple[date, date]:
    """The first night, and the first day after the last one, of a run that has both."""
    return cast(tuple[date, date], (days.lower, days.upper))


def without(days: Days, others: Days) -> list[Days]:
    """The nights of `days` that are not among `others`: none, one or two runs. Both are bounded and not empty."""
    (first, end), (other_first, other_end) = bounds(days), bounds(others)
    pieces = [(first, min(end, other_first)), (max(first, other_end), end)]
    return [Range(start, stop) for start, stop in pieces if start < stop]
