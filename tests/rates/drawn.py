"""Rules, people and charges, drawn by hypothesis as bodies of the API."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

KOBO = st.integers(1, 3_000_000)
MAYBE_KOBO = st.none() | KOBO
MAYBE_FLAG = st.sampled_from([None, None, None, True, False])
WEEKDAYS = st.none() | st.lists(MAYBE_KOBO, min_size=7, max_size=7)
HORIZON = 45


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """What a season or a day says beside its price; at least it says no more than it may."""
    least, most = draw(st.none() | st.integers(1, 3)), draw(st.none() | st.integers(3, 9))
    flags = {name: draw(MAYBE_FLAG) for name in ("stop_sell", "closed_to_arrival", "closed_to_departure")}
    return flags | {"price": draw(MAYBE_KOBO), "min_nights": least, "max_nights": most}


@st.composite
def seasons(draw: st.DrawFn, today: date) -> list[dict[str, Any]]:
    bounds = sorted(draw(st.sets(st.integers(0, HORIZON), max_size=6)))
    found = []
    for first, end in zip(bounds[::2], bounds[1::2], strict=False):
        days = {"from": str(today + timedelta(days=first)), "to": str(today + timedelta(days=end - 1))}
        found.append({"name": f"From {first}", "weekday_prices": draw(WEEKDAYS)} | draw(said()) | days)
    return found


@st.composite
def plans(draw: st.DrawFn, today: date) -> dict[str, Any]:
    """All of a plan that rules are."""
    bands = sorted(draw(st.dictionaries(st.integers(0, 17), st.integers(0, 500_000), max_size=3)).items())
    lead = draw(st.sampled_from([0, 0, 0, 2, 10]))
    return {
        "price": draw(KOBO),
        "weekday_prices": draw(WEEKDAYS),
        "seasons": draw(seasons(today)),
        "is_open": draw(st.sampled_from([True] * 9 + [False])),
        "stop_sell": draw(st.sampled_from([False] * 9 + [True])),
        "closed_to_arrival": draw(st.sampled_from([False] * 5 + [True])),
        "closed_to_departure": draw(st.sampled_from([False] * 5 + [True])),
        "min_nights": draw(st.sampled_from([1, 1, 1, 2])),
        "max_nights": draw(st.sampled_from([30, 30, 5])),
        "lead_days": lead,
        "advance_days": draw(st.sampled_from([1000, 1000, lead + 15])),
        "extra_adult_price": draw(st.sampled_from([0, 0, 123_457])),
        "child_prices": [{"to_age": age, "price": price} for age, price in bands],
    }


@st.composite
def own_days(draw: st.DrawFn, today: date) -> dict[date, dict[str, Any]]:
    """What single days say."""
    numbers, some = draw(st.sets(st.integers(0, HORIZON), max_size=12)), draw(st.lists(said(), min_size=1, max_size=4))
    return {today + timedelta(days=number): draw(st.sampled_from(some)) for number in numbers}


def edits(days: Mapping[date, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same as bodies of PUT …/days."""
    return [{"from": str(day), "to": str(day), **told} for day, told in days.items()]


@st.composite
def charges(draw: st.DrawFn, first: date) -> list[dict[str, Any]]:
    kinds = st.sampled_from(["percent", "per_stay", "per_room_night", "per_person_night"])
    found = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(kinds)
        value = draw(st.integers(1, 2_500) if kind == "percent" else st.integers(1, 90_001))
        told = {"name": f"Charge {number}", "kind": kind, "value": value, "is_included": draw(st.booleans())}
        found.append(told | {"from": str(first)})
    return found


@st.composite
def stays(draw: st.DrawFn, today: date) -> tuple[date, date]:
    first, nights = draw(st.integers(0, HORIZON - 8)), draw(st.integers(1, 7))
    return today + timedelta(days=first), today + timedelta(days=first + nights)
