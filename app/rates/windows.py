"""What makes a cancellation policy: windows in the order of time, each with a penalty that can be paid. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.core.money import MAX_KOBO
from app.rates.pricing import MOST_NIGHTS

MOST_WINDOWS: Final = 10
MOST_HOURS: Final = 24 * 365
# penalty → the least and the most that its value may be
VALUES: Final[Mapping[str, tuple[int, int]]] = {
    "none": (0, 0),
    "nights": (1, MOST_NIGHTS),
    "percent": (1, 100),
    "amount": (1, MAX_KOBO),
}


def faults(windows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """What is wrong with which window; nothing when they are a policy.

    `[{until_hours_before, penalty, value}]`: hours before the guest is expected, each fewer than the one before; the last window alone is
    open (null).
    """
    ends = [window["until_hours_before"] for window in windows]
    found = {place: _of_value(window) for place, window in enumerate(windows)}
    found |= {place: _of_end(ends, place) or found[place] for place in range(len(windows))}
    return {place: fault for place, fault in found.items() if fault}


def _of_value(window: Mapping[str, Any]) -> str:
    least, most = VALUES[window["penalty"]]
    if least <= window["value"] <= most:
        return ""
    return f"The value of {window['penalty']} is {least}." if least == most else f"The value is {least} to {most}."


def _of_end(ends: Sequence[int | None], place: int) -> str:
    hours, is_last = ends[place], place == len(ends) - 1
    if is_last != (hours is None):
        return "The last window, and no other, is open: null." if is_last else "Only the last window is open."
    before = ends[place - 1] if place else None
    if hours is None or before is None or hours < before:
        return ""
    return "Each window ends fewer hours before arrival than the one before it."
