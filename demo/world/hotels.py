"""The hotels of the sample world: the story's own first, then as many invented ones as asked for."""

import itertools
import math
from collections.abc import Iterator
from random import Random
from typing import Final

from demo.world import naming, rooms
from demo.world.geometry import moved
from demo.world.places import DISTRICTS, District
from demo.world.samples import HotelSample, Utilities
from demo.world.story import STORY_NAMES, story_hotels
from demo.world.words import CHARACTERS, COMFORTS

SEED: Final = "smartstay world 1"
USUAL_COUNT: Final = len(STORY_NAMES) + sum(place.share for place in DISTRICTS)
MOST_HOTELS: Final = len(STORY_NAMES) + naming.MOST_NAMES
# The innermost fifth of each district's area stays free: on Victoria Island the story's hotels are the nearest there.
_INNER_AREA: Final = 0.2
_FIRST_PHONE: Final = 10_000
_HOURS: Final = (("14:00", "12:00"), ("14:00", "11:00"), ("12:00", "11:00"), ("12:00", "12:00"))


def _districts_in_turn() -> Iterator[District]:
    """Districts without end, each as often as its share in every round, in a shuffled order."""
    slots = [place for place in DISTRICTS for _ in range(place.share)]
    Random(f"{SEED} districts").shuffle(slots)
    return itertools.cycle(slots)


def _point(place: District, rng: Random) -> tuple[float, float]:
    metres = place.reach_metres * math.sqrt(rng.uniform(_INNER_AREA, 1.0))
    return moved(place.latitude, place.longitude, metres, rng.uniform(0.0, 360.0))


def _described(place: District, stars: int, rng: Random) -> tuple[str, Utilities]:
    """In words, and the part of them that is facts."""
    where = "on" if place.name.endswith("Road") else "in"
    opening = f"{rng.choice(CHARACTERS[stars])} {where} {place.name}, {place.city}."
    comforts, utilities = rng.choice(COMFORTS[stars])
    return f"{opening} {comforts}", utilities


def _invented(number: int, stem: str, place: District) -> HotelSample:
    """Hotel `number`, drawn from a generator of its own, so that it is the same whatever the count asked for."""
    rng = Random(f"{SEED} {number}")
    stars = rng.choice(place.stars)
    name = naming.full_name(stem, stars, rng)
    latitude, longitude = _point(place, rng)
    check_in_from, check_out_until = rng.choice(_HOURS)
    description, utilities = _described(place, stars, rng)
    return HotelSample(
        name=name,
        slug=naming.slug(name),
        description=description,
        address=naming.address(place.state, rng),
        district=place.name,
        city=place.city,
        state=place.state,
        lga=place.lga,
        latitude=latitude,
        longitude=longitude,
        stars=stars,
        check_in_from=check_in_from,
        check_out_until=check_out_until,
        utilities=utilities,
        email=naming.email(naming.slug(name)),
        phone=naming.phone(_FIRST_PHONE + number),
        room_types=rooms.room_types(stars, place.state, rng),
    )


def hotels(count: int | None = None) -> tuple[HotelSample, ...]:
    """The first `count` hotels of the world (USUAL_COUNT by default); a smaller world is a prefix of a larger one.

    ValueError when count is negative or above MOST_HOTELS.
    """
    wanted = USUAL_COUNT if count is None else count
    if not 0 <= wanted <= MOST_HOTELS:
        raise ValueError(f"count must be 0 to {MOST_HOTELS}, not {wanted}")
    invented = range(max(0, wanted - len(STORY_NAMES)))
    stems = naming.name_stems(Random(f"{SEED} names"))
    rest = (_invented(*row) for row in zip(invented, stems, _districts_in_turn(), strict=False))
    return (*story_hotels(), *rest)[:wanted]
