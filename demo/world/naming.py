"""Names, slugs, contacts and addresses of invented hotels."""

import itertools
import re
from random import Random
from typing import Final

from demo.world.words import KINDS_BY_STARS, QUALITIES, STREET_ENDINGS, THINGS, street_words

MOST_NAMES: Final = len(QUALITIES) * len(THINGS)


def slug(name: str) -> str:
    """The name as one DNS label: "Amber Kola Hotel & Suites" becomes amber-kola-hotel-and-suites."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("&", "and")).strip("-")


def name_stems(rng: Random) -> list[str]:
    """Every pair of words once, shuffled; a name made of a stem is therefore never repeated."""
    stems = [f"{quality} {thing}" for quality, thing in itertools.product(QUALITIES, THINGS)]
    rng.shuffle(stems)
    return stems


def full_name(stem: str, stars: int, rng: Random) -> str:
    return f"{stem} {rng.choice(KINDS_BY_STARS[stars])}"


def email(hotel_slug: str) -> str:
    """`.example` is reserved by RFC 2606, so no mail can reach a stranger."""
    return f"bookings@{hotel_slug}.example"


def phone(number: int) -> str:
    """A well-formed Nigerian mobile number of a block that no person has; number is 0 to 99999."""
    return f"+23480000{number:05d}"


def address(state: str, rng: Random) -> str:
    house = rng.randint(1, 98)
    return f"{house} {rng.choice(street_words(state))} {rng.choice(STREET_ENDINGS)}"
