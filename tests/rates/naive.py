"""The rules of prices once more, as slowly and plainly as can be: day by day, from what the API is told."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

NAMES = ("price", "stop_sell", "closed_to_arrival", "closed_to_departure", "min_nights", "max_nights")


def days_between(first: date, end: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((end - first).days)]


def holds(plan: Mapping[str, Any], days: Mapping[date, Mapping[str, Any]], day: date) -> dict[str, Any]:
    """What the plan (as POST /rate-plans takes it), its seasons and its days say of one day."""
    season: Mapping[str, Any] = {}
    for each in plan.get("seasons", []):
        if date.fromisoformat(each["from"]) <= day <= date.fromisoformat(each["to"]):
            season = each
    answer = {name: plan[name] for name in NAMES}
    for said in ({"price": of_weekday(plan, day)}, season, {"price": of_weekday(season, day)}, days.get(day, {})):
        for name in NAMES:
            if said.get(name) is not None:
                answer[name] = said[name]
    if not plan["is_open"]:
        answer["stop_sell"] = True
    return answer


def of_weekday(said: Mapping[str, Any], day: date) -> int | None:
    prices = said.get("weekday_prices") or [None] * 7
    price: int | None = prices[day.weekday()]
    return price


def is_sold(
    plan: Mapping[str, Any], days: Mapping[date, Mapping[str, Any]], check_in: date, check_out: date, today: date
) -> bool:
    """Whether the plan's rules let a stay be booked today."""
    nights = days_between(check_in, check_out)
    arrival, departure = holds(plan, days, check_in), holds(plan, days, check_out)
    if any(holds(plan, days, night)["stop_sell"] for night in nights):
        return False
    if arrival["closed_to_arrival"] or departure["closed_to_departure"]:
        return False
    if len(nights) < arrival["min_nights"] or len(nights) > arrival["max_nights"]:
        return False
    return bool(plan["lead_days"] <= (check_in - today).days <= plan["advance_days"])


def on_top_a_night(plan: Mapping[str, Any], base_adults: int, adults: int, children: Sequence[int]) -> int:
    """Kobo a night for the people of a room whom its price does not cover."""
    kobo, grown = 0, adults
    for age in children:
        bands = [band for band in plan["child_prices"] if age <= band["to_age"]]
        if bands:
            kobo += min(bands, key=lambda band: band["to_age"])["price"]
        else:
            grown += 1
    while grown > base_adults:
        kobo, grown = kobo + plan["extra_adult_price"], grown - 1
    return kobo


def half_up(exact: Fraction) -> int:
    whole = exact.numerator // exact.denominator
    return whole + (1 if exact - whole >= Fraction(1, 2) else 0)


def charge_lines(
    charges: Sequence[Mapping[str, Any]], rooms_amount: int, rooms: int, people: int, nights: int
) -> list[tuple[str, int, bool]]:
    """(name, kobo, is_included) of the charges, as POST /charges takes them."""
    held = sum(Fraction(each["value"], 10_000) for each in charges if each["is_included"] and each["kind"] == "percent")
    lines = []
    for each in charges:
        rate = Fraction(each["value"], 10_000)
        times = {"per_stay": 1, "per_room_night": rooms * nights, "per_person_night": people * nights}
        if each["kind"] == "percent":
            without = Fraction(rooms_amount) / (1 + held) if each["is_included"] else Fraction(rooms_amount)
            amount = half_up(without * rate)
        else:
            amount = each["value"] * times[each["kind"]]
        lines.append((each["name"], amount, each["is_included"]))
    return lines
