"""Taxes and fees of a stay, line by line, in kobo. Pure.

A percentage on top is of what the rooms cost. One that the prices hold already is the part of it that the rooms' amount contains: of
10,750 at 7.5 per cent, 750. Where prices hold several, all are parts of one amount without any. Each line is rounded half up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """`kind`: percent (`value` in basis points), per_stay, per_room_night or per_person_night (kobo). `is_included`: in the prices."""

    name: str
    kind: str
    value: int
    is_included: bool


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """Kobo; what `is_included` is shown and not added."""

    name: str
    amount: int
    is_included: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """What a stay is counted by: how many rooms, people in all of them (children too), and nights."""

    rooms: int
    people: int
    nights: int


def lines(rules: Sequence[ChargeRule], rooms_amount: int, size: Size) -> tuple[ChargeLine, ...]:
    """A line for each rule. `rooms_amount`: kobo of all rooms and nights."""
    held = sum(rule.value for rule in rules if rule.is_included and rule.kind == "percent")
    return tuple(ChargeLine(rule.name, _amount(rule, rooms_amount, size, held), rule.is_included) for rule in rules)


def counted(size: Size) -> dict[str, int]:
    """How often a fee of each kind is due."""
    return {
        "per_stay": 1,
        "per_room_night": size.rooms * size.nights,
        "per_person_night": size.people * size.nights,
    }


def on_top(charged: Sequence[ChargeLine]) -> int:
    """Kobo that are added to what the rooms cost."""
    return sum(line.amount for line in charged if not line.is_included)


def _amount(rule: ChargeRule, rooms_amount: int, size: Size, held: int) -> int:
    if rule.kind == "percent":
        return _half_up(rooms_amount * rule.value, WHOLE + (held if rule.is_included else 0))
    return rule.value * counted(size)[rule.kind]


def _half_up(kobo: int, parts: int) -> int:
    return (2 * kobo + parts) // (2 * parts)
