"""What cancelling costs and until when: windows as instants, counted back from the hotel's check-in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Window = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatedWindow:
    """What cancelling costs in `[starts_at, ends_at)`, UTC; None = open. `value`: nights, or per cent of the total."""

    starts_at: datetime | None
    ends_at: datetime | None
    penalty: str
    value: int


def arrival_instant(check_in: date, check_in_from: time, time_zone: str) -> datetime:
    """The instant, in UTC, from which the guest is expected: the hotel's wall clock decides, summer time included."""
    return datetime.combine(check_in, check_in_from, ZoneInfo(time_zone)).astimezone(UTC)


def arrival_of(terms: Mapping[str, Any], check_in: date) -> datetime:
    """The same from a booking's snapshot of its terms."""
    return arrival_instant(check_in, time.fromisoformat(terms["check_in_from"]), terms["time_zone"])


def dated_windows(windows: Sequence[Window], arrival: datetime) -> tuple[DatedWindow, ...]:
    """The windows in their order; each starts where the one before ends."""
    ends = [_end(window, arrival) for window in windows]
    starts = [None, *ends[:-1]]
    return tuple(
        DatedWindow(start, end, window["penalty"], window["value"])
        for start, end, window in zip(starts, ends, windows, strict=True)
    )


def free_until(windows: Sequence[Window], arrival: datetime) -> datetime | None:
    """Until when cancelling costs nothing: the end of the first window if that is free (arrival if open), else None."""
    if not windows or windows[0]["penalty"] != "none":
        return None
    return _end(windows[0], arrival) or arrival


def free_together(terms: Sequence[Mapping[str, Any]], check_in: date, now: datetime) -> datetime | None:
    """Until when all rooms of a booking, by their terms, can be cancelled for nothing; None when one costs something from now on."""
    ends = [free_until(room["windows"], arrival_of(room, check_in)) for room in terms]
    living = [end for end in ends if end is not None and end > now]
    return min(living) if len(living) == len(ends) else None


def _end(window: Window, arrival: datetime) -> datetime | None:
    hours = window["until_hours_before"]
    return None if hours is None else arrival - timedelta(hours=hours)
