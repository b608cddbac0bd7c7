"""The hotels that the demonstration's story is played in: three on Victoria Island, nearest to its centre first."""

from random import Random
from typing import Final

from demo.world import naming, rooms
from demo.world.geometry import moved
from demo.world.places import district
from demo.world.rates import NAIRA
from demo.world.samples import HotelSample, RoomTypeSample, Utilities

STORY_HOTEL: Final = "Adire Lagoon Hotel"
STORY_SECOND_HOTEL: Final = "Udala Tide Suites"
STORY_THIRD_HOTEL: Final = "Kola Harbour Court"
STORY_NAMES: Final = (STORY_HOTEL, STORY_SECOND_HOTEL, STORY_THIRD_HOTEL)
STORY_SLUG: Final = naming.slug(STORY_HOTEL)
STORY_SECOND_SLUG: Final = naming.slug(STORY_SECOND_HOTEL)
STORY_PLANS: Final = ("Flexible", "Pay at hotel")

STORY_STARS: Final = 4
# (room type, rooms, Naira a night). Thirty nights of the Suite, taxes included, stay under the NGN 10,000,000 that one
# online payment may carry.
_STORY_TYPES: Final = (("Deluxe", 10, 120_000), ("Executive", 3, 165_000), ("Suite", 1, 280_000))
# (name, stars, metres from the district's centre, bearing). Other hotels of the island lie farther out.
_PLAN: Final = (
    (STORY_HOTEL, STORY_STARS, 60, 40),
    (STORY_SECOND_HOTEL, 4, 150, 160),
    (STORY_THIRD_HOTEL, 3, 250, 280),
)
_DESCRIPTIONS: Final = {
    STORY_HOTEL: "A business hotel with a pool, off the avenues of Victoria Island. 24-hour power and fibre Wi-Fi.",
    STORY_SECOND_HOTEL: "Serviced suites with a roof terrace on Victoria Island. Uninterrupted power and room service.",
    STORY_THIRD_HOTEL: "A mid-sized house on a side street of Victoria Island. Treated water and secure parking.",
}
_UTILITIES: Final = {
    STORY_HOTEL: Utilities(power_24h=True, generator_hours=24, has_inverter=True, has_solar=True, water="treated"),
    STORY_SECOND_HOTEL: Utilities(
        power_24h=True, generator_hours=24, has_inverter=True, has_solar=False, water="borehole"
    ),
    STORY_THIRD_HOTEL: Utilities(
        power_24h=False, generator_hours=18, has_inverter=True, has_solar=False, water="treated"
    ),
}


def _story_room_types() -> tuple[RoomTypeSample, ...]:
    return tuple(
        rooms.room_type(rooms.PATTERNS[name], STORY_STARS, naira * NAIRA, rooms.numbered(floor, count), STORY_PLANS)
        for floor, (name, count, naira) in enumerate(_STORY_TYPES, start=1)
    )


def _story_hotel(place: int) -> HotelSample:
    name, stars, metres, bearing = _PLAN[place]
    island = district("Victoria Island", "Lagos")
    latitude, longitude = moved(island.latitude, island.longitude, metres, bearing)
    rng = Random(f"smartstay story {place}")
    types = _story_room_types() if name == STORY_HOTEL else rooms.room_types(stars, island.state, rng)
    return HotelSample(
        name=name,
        slug=naming.slug(name),
        description=_DESCRIPTIONS[name],
        address=naming.address(island.state, rng),
        district=island.name,
        city=island.city,
        state=island.state,
        lga=island.lga,
        latitude=latitude,
        longitude=longitude,
        stars=stars,
        check_in_from="14:00",
        check_out_until="12:00",
        utilities=_UTILITIES[name],
        email=naming.email(naming.slug(name)),
        phone=naming.phone(1 + place),
        room_types=types,
    )


def story_hotels() -> tuple[HotelSample, ...]:
    """The three in the order of their distance from the centre of Victoria Island."""
    return tuple(_story_hotel(place) for place in range(len(_PLAN)))
