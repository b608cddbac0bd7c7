"""Which nights a block may have: pure, over dates. What is over is history, and stays as it was."""

from datetime import date

from app.inventory.errors import BlockInPast, BlockInvalid, BlockIsOver
from app.inventory.periods import Days, bounds

MOST_NIGHTS = 1096


def refuse_invalid(days: Days) -> None:
    """Raises BlockInvalid unless there are 1 to 1,096 nights."""
    first, end = bounds(days)
    if not 1 <= (end - first).days <= MOST_NIGHTS:
        raise BlockInvalid


def refuse_past(days: Days, today: date) -> None:
    """Raises BlockInPast for one that begins before today."""
    if bounds(days)[0] < today:
        raise BlockInPast(f"A block begins today ({today}) or later")


def refuse_over(days: Days, today: date) -> None:
    """Raises BlockIsOver when no night is left of it."""
    if bounds(days)[1] <= today:
        raise BlockIsOver


def refuse_change(known: Days, wanted: Days, today: date) -> None:
    """Nights before today neither come nor go. Raises BlockIsOver, BlockInvalid, BlockInPast."""
    refuse_over(known, today)
    refuse_invalid(wanted)
    begins, began = bounds(wanted)[0], bounds(known)[0]
    if begins != began and min(begins, began) < today:
        raise BlockInPast(f"What has begun keeps its beginning; others begin today ({today}) or later")
    if bounds(wanted)[1] < today:
        raise BlockInPast(f"A block ends today ({today}) or later")
