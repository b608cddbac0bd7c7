"""Runs of nights, half-open: what one has that another has not. Pure."""

from datetime import date

Days = tuple[date, date]  # [first night, the day after the last one)


def without(days: Days, others: Days) -> list[Days]:
    """The nights of `days` that are not among `others`: none, one or two runs. Neither is empty."""
    (first, end), (other_first, other_end) = days, others
    pieces = [(first, min(end, other_first)), (max(first, other_end), end)]
    return [(start, stop) for start, stop in pieces if start < stop]
