"""Words that invented hotels are made of. Kept clear of the names of real hotels, so no Hibiscus (Ibis is in it)."""

import json
from pathlib import Path
from typing import Final

from demo.world.samples import Utilities

_WORDS: Final = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))

QUALITIES: Final[tuple[str, ...]] = tuple(_WORDS["qualities"])
THINGS: Final[tuple[str, ...]] = tuple(_WORDS["things"])
STREET_ENDINGS: Final = ("Street", "Close", "Crescent", "Avenue", "Road")
KINDS_BY_STARS: Final[dict[int, tuple[str, ...]]] = {
    1: ("Lodge", "Guest House", "Inn"),
    2: ("Inn", "Lodge", "Hotel", "Guest House"),
    3: ("Hotel", "Court", "Place", "Hotel & Suites"),
    4: ("Hotel", "Suites", "Residence", "Hotel & Suites"),
    5: ("Grand Hotel", "Residence", "Resort"),
}

CHARACTERS: Final[dict[int, tuple[str, ...]]] = {
    1: ("A simple, clean guest house", "A budget stop close to the motor park"),
    2: ("A family-run house on a side street", "A small hotel with a courtyard and secure parking"),
    3: ("A mid-sized hotel for work and weekends", "A comfortable hotel with a restaurant and secure parking"),
    4: ("A full-service hotel with a pool and meeting rooms", "A business hotel with a gym and an all-day restaurant"),
    5: ("A luxury hotel with a pool, a spa and two restaurants", "A quiet luxury address with butler service"),
}
# What is said of a hotel's comforts, and the same as facts.
COMFORTS: Final[dict[int, tuple[tuple[str, Utilities], ...]]] = {
    1: (
        (
            "Generator from 18:00 to 08:00, borehole water, fans in every room.",
            Utilities(power_24h=False, generator_hours=14, has_inverter=False, has_solar=False, water="borehole"),
        ),
    ),
    2: (
        (
            "Generator by night, inverter by day, and borehole water.",
            Utilities(power_24h=True, generator_hours=12, has_inverter=True, has_solar=False, water="borehole"),
        ),
        (
            "Air conditioning, free Wi-Fi and borehole water.",
            Utilities(power_24h=False, generator_hours=16, has_inverter=False, has_solar=False, water="borehole"),
        ),
    ),
    3: (
        (
            "24-hour power, treated water and free Wi-Fi.",
            Utilities(power_24h=True, generator_hours=24, has_inverter=False, has_solar=False, water="treated"),
        ),
        (
            "Inverter and generator, so the lights and the Wi-Fi stay on.",
            Utilities(power_24h=True, generator_hours=18, has_inverter=True, has_solar=False, water="municipal"),
        ),
    ),
    4: (
        (
            "24-hour power, fibre Wi-Fi and airport pick-up on request.",
            Utilities(power_24h=True, generator_hours=24, has_inverter=True, has_solar=False, water="treated"),
        ),
        (
            "Uninterrupted power, laundry and room service.",
            Utilities(power_24h=True, generator_hours=24, has_inverter=True, has_solar=True, water="treated"),
        ),
    ),
    5: (
        (
            "Uninterrupted power, fibre Wi-Fi, concierge and airport transfer.",
            Utilities(power_24h=True, generator_hours=24, has_inverter=True, has_solar=True, water="treated"),
        ),
    ),
}


def street_words(state: str) -> tuple[str, ...]:
    """Names a street of that state may plausibly carry; KeyError for an unknown state."""
    return tuple(_WORDS["streets"][_WORDS["region_by_state"][state]])
