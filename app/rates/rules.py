"""The one rule engine: what the rules of a plan say of each day, as runs of equal days. Pure.

The price of a day is the first that is said by: the day itself, its season for that weekday, its season, the plan for that weekday, the
plan (the base price). Each restriction is the first that is said by: the day itself, its season, the plan. A plan that is closed is sold
on no day, whatever is said of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, NamedTuple

from app.rates.pricing import MOST_NIGHTS, Span

Weekdays = tuple[int | None, ...]
ONE_DAY: Final = timedelta(days=1)


class Source(StrEnum):
    """Who has said it."""

    DAY = "day"
    SEASON_WEEKDAY = "season_weekday"
    SEASON = "season"
    WEEKDAY = "weekday"
    BASE = "base"
    PLAN = "plan"
    CLOSED = "plan_is_closed"


class Said(NamedTuple):
    """What a plan, a season or a day says; None: nothing. `price` in kobo."""

    price: int | None = None
    stop_sell: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    min_nights: int | None = None
    max_nights: int | None = None


NOTHING: Final = Said()
WEEKDAYS: Final = 7
RESTRICTIONS: Final = Said._fields[1:]
STOP_SELL: Final = Said._fields.index("stop_sell")


@dataclass(frozen=True, slots=True)
class Season:
    """`[first, end)`; `weekday_prices`: Monday first, or none at all."""

    name: str
    first: date
    end: date
    said: Said = NOTHING
    weekday_prices: Weekdays = ()

    def covers(self, day: date) -> bool:
        return self.first <= day < self.end


@dataclass(frozen=True, slots=True)
class PlanRules:
    """All that is said of the days of a plan. `said` leaves nothing open; seasons do not overlap."""

    said: Said
    weekday_prices: Weekdays = ()
    seasons: tuple[Season, ...] = ()
    days: Mapping[date, Said] = field(default_factory=dict)
    is_open: bool = True

    def season_of(self, day: date) -> Season | None:
        return next((season for season in self.seasons if season.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Run:
    """`[first, end)`: days of which the same is said by the same; `sources` in the order of `Said`. `season`: its name."""

    first: date
    end: date
    said: Said
    sources: tuple[Source, ...]
    season: str | None


def base(price: int) -> PlanRules:
    """The rules of a plan of which nothing but a price is said."""
    return PlanRules(Said(price, False, False, False, 1, MOST_NIGHTS))


def on(rules: PlanRules, day: date) -> Run:
    """What holds on one day."""
    season, own = rules.season_of(day), rules.days.get(day, NOTHING)
    levels = [(own, Source.DAY), *([(season.said, Source.SEASON)] if season else []), (rules.said, Source.PLAN)]
    found = [
        _price(rules, season, own, day.weekday()),
        *(_first(levels, place) for place in range(1, len(Said._fields))),
    ]
    if not rules.is_open:
        found[STOP_SELL] = (True, Source.CLOSED)
    values, sources = zip(*found, strict=True)
    return Run(day, day + ONE_DAY, Said(*values), sources, season.name if season else None)


def price_on(rules: PlanRules, day: date) -> int:
    """Kobo of one night, whether it is sold or not."""
    price: int = _price(rules, rules.season_of(day), rules.days.get(day, NOTHING), day.weekday())[0]
    return price


def runs(rules: PlanRules, first: date, end: date) -> tuple[Run, ...]:
    """What holds in `[first, end)`, and who says it: as few runs as there can be."""
    return tuple(_joined(_pieces(rules, first, end), lambda run: (run.said, run.sources, run.season)))


def spans(rules: PlanRules, first: date, end: date) -> tuple[Span, ...]:
    """The same whoever says it: what is written down, and what prices are summed from."""
    joined = _joined(_pieces(rules, first, end), lambda run: run.said)
    return tuple(Span(run.first, run.end, *_whole(run.said)) for run in joined)


def _whole(said: Said) -> tuple[Any, ...]:
    return said


def _price(rules: PlanRules, season: Season | None, own: Said, weekday: int) -> tuple[Any, Source]:
    told: list[tuple[int | None, Source]] = [(own.price, Source.DAY)]
    if season:
        told += [
            (season.weekday_prices[weekday] if season.weekday_prices else None, Source.SEASON_WEEKDAY),
            (season.said.price, Source.SEASON),
        ]
    told.append((rules.weekday_prices[weekday] if rules.weekday_prices else None, Source.WEEKDAY))
    return next((one for one in told if one[0] is not None), (rules.said.price, Source.BASE))


def _first(levels: list[tuple[Said, Source]], place: int) -> tuple[Any, Source]:
    return next((said[place], source) for said, source in levels if said[place] is not None)


def _pieces(rules: PlanRules, first: date, end: date) -> Iterator[Run]:
    """Between two days on which anything changes all days are alike, but for their weekdays, where these say the price."""
    for begins, ends in pairwise(_cuts(rules, first, end)):
        season, own = rules.season_of(begins), rules.days.get(begins, NOTHING)
        if own.price is None and (rules.weekday_prices or (season and season.weekday_prices)):
            yield from (on(rules, begins + timedelta(days=after)) for after in range((ends - begins).days))
        else:
            run = on(rules, begins)
            yield Run(begins, ends, run.said, run.sources, run.season)


def _cuts(rules: PlanRules, first: date, end: date) -> list[date]:
    bounds = {bound for season in rules.seasons for bound in (season.first, season.end)}
    own = {bound for day, said in rules.days.items() for bound in _bounds(rules.days, day, said)}
    return sorted({first, end} | {bound for bound in bounds | own if first < bound < end})


def _bounds(days: Mapping[date, Said], day: date, said: Said) -> Iterator[date]:
    """Where the day differs from its neighbours: of a year that was set in one go there are two."""
    if days.get(day - ONE_DAY) != said:
        yield day
    if days.get(day + ONE_DAY) != said:
        yield day + ONE_DAY


def _joined(pieces: Iterator[Run], likeness: Callable[[Run], Any]) -> Iterator[Run]:
    last: Run | None = None
    for piece in pieces:
        if last is not None and likeness(last) == likeness(piece):
            last = Run(last.first, piece.end, last.said, last.sources, last.season)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
