"""The shapes of the sample world. All money is integer kobo, all clock times are the hotel's own "HH:MM"."""

from dataclasses import dataclass
from typing import Literal

Penalty = Literal["none", "nights", "percent"]
Meals = Literal["room_only", "breakfast"]
PaymentTiming = Literal["pay_now", "pay_at_hotel"]
Water = Literal["borehole", "treated", "municipal", "tanker"]


@dataclass(frozen=True, slots=True)
class CancellationWindow:
    """What cancelling costs up to `until_hours_before` check-in; None means up to check-in itself.

    Windows are ordered from the earliest to the last; the first that has not ended applies. `value` counts nights or
    per cent of the total, and is 0 where the penalty is "none". `dataclasses.asdict` gives the stored form.
    """

    until_hours_before: int | None
    penalty: Penalty
    value: int


@dataclass(frozen=True, slots=True)
class RatePlanSample:
    """A price per room and night, and on which terms; `december_kobo`: over Christmas and the New Year, None: the same."""

    name: str
    meals: Meals
    payment_timing: PaymentTiming
    price_kobo: int
    cancellation: tuple[CancellationWindow, ...]
    december_kobo: int | None = None


@dataclass(frozen=True, slots=True)
class RoomSample:
    number: str
    floor: int


@dataclass(frozen=True, slots=True)
class RoomTypeSample:
    """What is sold; `base_price_kobo` is per night and equals the price of its first rate plan."""

    name: str
    description: str
    base_adults: int
    max_adults: int
    max_children: int
    max_occupancy: int
    bed: str
    size_sqm: int
    base_price_kobo: int
    rooms: tuple[RoomSample, ...]
    rate_plans: tuple[RatePlanSample, ...]


@dataclass(frozen=True, slots=True)
class Utilities:
    """Light and water, which guests ask of first. `dataclasses.asdict` gives the stored form."""

    power_24h: bool
    generator_hours: int
    has_inverter: bool
    has_solar: bool
    water: Water


@dataclass(frozen=True, slots=True)
class HotelSample:
    """An invented hotel; latitude and longitude are WGS 84 degrees."""

    name: str
    slug: str
    description: str
    address: str
    district: str
    city: str
    state: str
    lga: str
    latitude: float
    longitude: float
    stars: int
    check_in_from: str
    check_out_until: str
    utilities: Utilities
    email: str
    phone: str
    room_types: tuple[RoomTypeSample, ...]
