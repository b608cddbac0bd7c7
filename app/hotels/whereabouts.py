"""Where a hotel can be: the states of Nigeria and the box that the country lies in."""

from typing import Final

HOME: Final = "NG"
STATES: Final = (
    "Abia",
    "Adamawa",
    "Akwa Ibom",
    "Anambra",
    "Bauchi",
    "Bayelsa",
    "Benue",
    "Borno",
    "Cross River",
    "Delta",
    "Ebonyi",
    "Edo",
    "Ekiti",
    "Enugu",
    "FCT",
    "Gombe",
    "Imo",
    "Jigawa",
    "Kaduna",
    "Kano",
    "Katsina",
    "Kebbi",
    "Kogi",
    "Kwara",
    "Lagos",
    "Nasarawa",
    "Niger",
    "Ogun",
    "Ondo",
    "Osun",
    "Oyo",
    "Plateau",
    "Rivers",
    "Sokoto",
    "Taraba",
    "Yobe",
    "Zamfara",
)
_BY_NAME: Final = {name.casefold(): name for name in STATES} | {"federal capital territory": "FCT"}
# Degrees: the southernmost point is in Bayelsa, the northernmost in Sokoto, the others at the borders with Benin and Cameroon.
SOUTH, NORTH, WEST, EAST = 4.2, 13.95, 2.6, 14.75


def state_of(name: str) -> str | None:
    """The state as we spell it, in whatever letter case it is given; None when Nigeria has none of this name."""
    return _BY_NAME.get(" ".join(name.split()).casefold())


def is_in_nigeria(latitude: float, longitude: float) -> bool:
    """Whether the point lies in the country's box: enough to catch the two numbers swapped, or a sign lost, for most of it."""
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST
