"""Editing the days of a plan: what each day says afterwards. Pure.

Values that are given are set, None takes them back, what is not given stays. A change of price starts from what stands, whoever says it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from app.rates import rules
from app.rates.rules import NOTHING, PlanRules, Said

Days = Mapping[date, Said]
# A record tells what was said, not of each day of a decade.
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Either per cent of what stands, rounded half up to the kobo, or kobo; both may be negative."""

    percent: int | None = None
    amount: int | None = None

    def of(self, price: int) -> int:
        """The new price in kobo; it may be none."""
        if self.percent is not None:
            return (2 * price * (100 + self.percent) + 100) // 200
        return price + (self.amount or 0)


@dataclass(frozen=True, slots=True)
class Edit:
    """From the first to the last day, both included, on those weekdays (Monday is 0; none: on all)."""

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    told: Mapping[str, Any] = field(default_factory=dict)
    change: PriceChange | None = None

    def days(self) -> Iterator[date]:
        for after in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=after)
            if not self.weekdays or day.weekday() in self.weekdays:
                yield day


def days_after(edit: Edit, plan: PlanRules) -> dict[date, Said]:
    """The days that say something else after the edit; NOTHING: no more than the plan and its season."""
    found = {day: _after(edit, plan, day) for day in edit.days()}
    return {day: said for day, said in found.items() if said != plan.days.get(day, NOTHING)}


def _after(edit: Edit, plan: PlanRules, day: date) -> Said:
    said = plan.days.get(day, NOTHING)._replace(**edit.told)
    if edit.change is None:
        return said
    return said._replace(price=edit.change.of(rules.price_on(plan, day)))


def summary(days: Days) -> list[dict[str, Any]]:
    """The days as runs of equal ones, for a record: `[{from, to, …what is said}]`; of very many the first hundred."""
    numbered = enumerate(sorted(days.items()))
    alike = groupby(numbered, key=lambda one: (one[1][0] - timedelta(days=one[0]), one[1][1]))
    told = [_told([day for _, (day, _) in same], said) for (_, said), same in alike]
    return told[:MOST_TOLD]


def _told(days: list[date], said: Said) -> dict[str, Any]:
    values = {name: value for name, value in said._asdict().items() if value is not None}
    return {"from": days[0].isoformat(), "to": days[-1].isoformat()} | values
