"""What cancelling costs and until when: windows as instants, counted back from the hotel's check-in time, and the kobo they cost.

Hours are hours: 48 of them before arrival are 48, whatever clocks do meanwhile. What no window covers is kept whole. Each share is rounded
once, half a kobo up, and nothing ever costs more than it was sold for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Window = Mapping[str, Any]

FREE, NIGHTS, PERCENT, AMOUNT = "none", "nights", "percent", "amount"


@dataclass(frozen=True, slots=True)
class DatedWindow:
    """What cancelling costs in `[starts_at, ends_at)`, UTC; None = open. `value`: nights, per cent of the room's price, or kobo a room."""

    starts_at: datetime | None
    ends_at: datetime | None
    penalty: str
    value: int

    def covers(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


def arrival_instant(check_in: date, check_in_from: time, time_zone: str) -> datetime:
    """The instant, in UTC, from which the guest is expected: the hotel's wall clock decides, summer time included."""
    return datetime.combine(check_in, check_in_from, ZoneInfo(time_zone)).astimezone(UTC)


def arrival_of(terms: Mapping[str, Any], check_in: date) -> datetime:
    """The same from a booking's snapshot of its terms."""
    return arrival_instant(check_in, time.fromisoformat(terms["check_in_from"]), terms["time_zone"])


def dated_windows(windows: Sequence[Window], arrival: datetime) -> tuple[DatedWindow, ...]:
    """The windows in their order; each starts where the one before ends."""
    ends = [_end(window, arrival) for window in windows]
    starts = [None, *ends][: len(ends)]
    return tuple(
        DatedWindow(start, end, window["penalty"], window["value"])
        for start, end, window in zip(starts, ends, windows, strict=True)
    )


def grace_end(terms: Mapping[str, Any], check_in: date, booked_at: datetime) -> datetime | None:
    """Until when what was just booked is cancelled for nothing: so many minutes from then on, and not past arrival. None: no grace."""
    minutes = terms.get("grace_minutes", 0)
    ends = min(booked_at + timedelta(minutes=minutes), arrival_of(terms, check_in))
    return ends if minutes and ends > booked_at else None


def windows_of(terms: Mapping[str, Any], check_in: date, booked_at: datetime) -> tuple[DatedWindow, ...]:
    """The windows of one room of a booking, its grace first: they begin where that ends."""
    dated = dated_windows(terms["windows"], arrival_of(terms, check_in))
    grace = grace_end(terms, check_in, booked_at)
    if grace is None or (
        dated and dated[0].penalty == FREE and (dated[0].ends_at is None or dated[0].ends_at >= grace)
    ):
        return dated
    left = [window for window in dated if window.ends_at is None or window.ends_at > grace]
    cut = [replace(window, starts_at=max(grace, window.starts_at or grace)) for window in left]
    return (DatedWindow(None, grace, FREE, 0), *cut)


def free_until(windows: Sequence[Window], arrival: datetime) -> datetime | None:
    """Until when cancelling costs nothing: the end of the first window if that is free (arrival if open), else None."""
    if not windows or windows[0]["penalty"] != FREE:
        return None
    return _end(windows[0], arrival) or arrival


def free_together(
    terms: Sequence[Mapping[str, Any]], check_in: date, now: datetime, booked_at: datetime
) -> datetime | None:
    """Until when all rooms of a booking, by their terms, can be cancelled for nothing; None when one costs something from now on."""
    ends = [_free_from_now(windows_of(room, check_in, booked_at), arrival_of(room, check_in), now) for room in terms]
    living = [end for end in ends if end is not None]
    return min(living) if len(living) == len(ends) else None


def penalty(windows: Sequence[DatedWindow], nights: Sequence[int], at: datetime) -> int:
    """Kobo that cancelling one room costs at an instant; `nights`: what each was sold for, in the order of their dates."""
    window = next((window for window in windows if window.covers(at)), None)
    if window is None:
        return sum(nights)
    return _cost(window, nights)


def share(amount: int, part: int, whole: int) -> int:
    """`amount` × `part` / `whole`, half a kobo rounded up: the one rule by which a share becomes kobo."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def _cost(window: DatedWindow, nights: Sequence[int]) -> int:
    total = sum(nights)
    if window.penalty == NIGHTS:
        return sum(nights[: window.value])
    if window.penalty == PERCENT:
        return min(total, share(total, window.value, 100))
    return min(total, window.value) if window.penalty == AMOUNT else 0


def _free_from_now(windows: Sequence[DatedWindow], arrival: datetime, now: datetime) -> datetime | None:
    """The end of the free windows that follow each other from now on, arrival at the latest; None when now is not free."""
    end = None
    for window in windows:
        if end is None and not window.covers(now):
            continue
        if window.penalty != FREE:
            break
        end = window.ends_at or arrival
    return end


def _end(window: Window, arrival: datetime) -> datetime | None:
    hours = window["until_hours_before"]
    return None if hours is None else arrival - timedelta(hours=hours)
