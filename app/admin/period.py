"""Days as the platform's people count them: on the wall in Nigeria, from midnight to midnight."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

HOME = ZoneInfo("Africa/Lagos")
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both included; None: open at that end."""

    first: date | None = None
    last: date | None = None

    def holds(self, column: Any) -> list[ColumnElement[bool]]:
        """That an instant lies in it, as SQL."""
        begins = [] if self.first is None else [column >= midnight(self.first)]
        ends = [] if self.last is None else [column < midnight(self.last + timedelta(days=1))]
        return begins + ends


def midnight(day: date) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time.min, HOME)
