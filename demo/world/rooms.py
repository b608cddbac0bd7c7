"""Room types and their rooms, by the hotel's stars."""

from dataclasses import dataclass
from random import Random
from typing import Final

from demo.world import rates
from demo.world.samples import RoomSample, RoomTypeSample

FEWEST_ROOMS: Final = 3
MOST_ROOMS: Final = 14


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of room; `price_percent` compares it with a Standard of the same house."""

    name: str
    base_adults: int
    max_adults: int
    max_children: int
    max_occupancy: int
    bed: str
    size_sqm: int
    price_percent: int
    description: str


# Cheapest first: a type further up the house is never cheaper than the one below it.
PATTERNS: Final = {
    pattern.name: pattern
    for pattern in (
        Pattern("Standard", 1, 2, 1, 2, "Double bed", 14, 100, "A compact room with a work table and en-suite shower."),
        Pattern("Superior", 2, 2, 1, 3, "Queen bed", 18, 118, "More floor space, a desk and a fridge."),
        Pattern("Deluxe", 2, 2, 2, 3, "King bed", 24, 140, "A king bed, a sitting corner and a rain shower."),
        Pattern("Family", 2, 4, 3, 5, "Two queen beds", 32, 158, "Two queen beds and room for a cot."),
        Pattern(
            "Executive", 2, 3, 2, 4, "King bed and sofa bed", 34, 172, "A corner room with a lounge area and a bath."
        ),
        Pattern("Suite", 2, 4, 2, 5, "King bed and sofa bed", 48, 240, "A bedroom and a separate living room."),
    )
}
_MENUS: Final[dict[int, tuple[tuple[str, ...], ...]]] = {
    1: (("Standard", "Superior"),),
    2: (("Standard", "Superior"), ("Standard", "Superior", "Family")),
    3: (("Standard", "Superior", "Deluxe"), ("Standard", "Deluxe", "Family"), ("Superior", "Deluxe", "Executive")),
    4: (
        ("Superior", "Deluxe", "Executive", "Suite"),
        ("Deluxe", "Family", "Executive"),
        ("Superior", "Deluxe", "Suite"),
    ),
    5: (("Deluxe", "Executive", "Suite"), ("Deluxe", "Family", "Executive", "Suite")),
}
# Naira a night for the cheapest type of a house in Lagos, Abuja or Port Harcourt.
_ENTRY_NAIRA: Final = {
    1: (22_000, 28_000),
    2: (30_000, 46_000),
    3: (52_000, 88_000),
    4: (95_000, 150_000),
    5: (185_000, 260_000),
}
_DEAR_STATES: Final = frozenset({"Lagos", "FCT", "Rivers"})
_CHEAPER_PERCENT: Final = 85


def entry_price(stars: int, state: str, rng: Random) -> int:
    """Kobo a night for a hotel's cheapest type."""
    naira = rng.randint(*_ENTRY_NAIRA[stars])
    percent = 100 if state in _DEAR_STATES else _CHEAPER_PERCENT
    return rates.stepped(naira * percent // 100 * rates.NAIRA)


def numbered(floor: int, count: int) -> tuple[RoomSample, ...]:
    """Rooms "301", "302" … of one floor; at most 99."""
    return tuple(RoomSample(f"{floor}{place:02d}", floor) for place in range(1, count + 1))


def room_type(
    pattern: Pattern, stars: int, price_kobo: int, rooms: tuple[RoomSample, ...], plan_names: tuple[str, ...]
) -> RoomTypeSample:
    """A room type after the pattern; better houses have larger rooms."""
    return RoomTypeSample(
        name=pattern.name,
        description=pattern.description,
        base_adults=pattern.base_adults,
        max_adults=pattern.max_adults,
        max_children=pattern.max_children,
        max_occupancy=pattern.max_occupancy,
        bed=pattern.bed,
        size_sqm=pattern.size_sqm + 2 * stars,
        base_price_kobo=price_kobo,
        rooms=rooms,
        rate_plans=rates.plans(plan_names, price_kobo, stars, pattern.base_adults),
    )


def room_types(stars: int, state: str, rng: Random) -> tuple[RoomTypeSample, ...]:
    """What one invented hotel sells, cheapest first, one floor for each type."""
    patterns = [PATTERNS[name] for name in rng.choice(_MENUS[stars])]
    entry = entry_price(stars, state, rng)
    plan_names = rates.menu(stars, rng)
    return tuple(
        room_type(
            pattern,
            stars,
            rates.stepped(entry * pattern.price_percent // patterns[0].price_percent),
            numbered(floor, rng.randint(FEWEST_ROOMS, MOST_ROOMS)),
            plan_names,
        )
        for floor, pattern in enumerate(patterns, start=1)
    )
