"""What a hotel must tell before it can be handed in, and what it lacks."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Facts = Mapping[str, Any]

SHORTEST_DESCRIPTION: Final = 80
# Told beside the others but not demanded: a hotel may be approved before it has rooms, and sells nothing until then.
INVENTORY: Final = "inventory"
POWER: Final = ("power_24h", "generator_hours", "has_inverter", "has_solar")

REQUIRED: Final[Mapping[str, Callable[[Facts], bool]]] = {
    "name": lambda facts: bool(facts["name"]),
    "description": lambda facts: len(facts["description"]) >= SHORTEST_DESCRIPTION,
    "address": lambda facts: bool(facts["address"]),
    "city": lambda facts: bool(facts["city"]),
    "state": lambda facts: bool(facts["state"]),
    "location": lambda facts: facts["location"] is not None,
    "times": lambda facts: bool(facts["check_in_from"] and facts["check_out_until"]),
    "email": lambda facts: bool(facts["email"]),
    "phone": lambda facts: bool(facts["phone"]),
    "power": lambda facts: all(facts[name] is not None for name in POWER),
    "water": lambda facts: facts["water"] is not None,
}


def missing(facts: Facts) -> list[str]:
    """The items that are not there, in the order in which they are told."""
    return [item for item, is_done in REQUIRED.items() if not is_done(facts)]
