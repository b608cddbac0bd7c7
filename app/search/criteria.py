"""What is searched for, in one spelling: equal questions are equal values, whatever way they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from app.rates import pricing
from app.rates.occupancy import OLDEST_CHILD, Party, spread
from app.search.circle import Circle

PAGE_SIZE = 20
LAST_PAGE = 50
PLACES = 4  # decimals of a coordinate: 11 metres


class Sort(StrEnum):
    DISTANCE = "distance"
    PRICE = "price"


@dataclass(frozen=True)
class Criteria:
    """`min_price`, `max_price`: kobo per room and night on average. `children`: how many; without their ages they are priced as the oldest
    that are children. Raises StayInvalid, OutsideMap.
    """

    latitude: float
    longitude: float
    radius_km: float
    check_in: date
    check_out: date
    adults: int
    children: int
    rooms: int
    min_price: int | None = None
    max_price: int | None = None
    stars: Sequence[int] = ()
    free_cancellation: bool = False
    pay_at_hotel: bool = False
    sort: Sort = Sort.DISTANCE
    page: int = 1
    child_ages: Sequence[int] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "latitude", round(self.latitude, PLACES) + 0.0)
        object.__setattr__(self, "longitude", round(self.longitude, PLACES) + 0.0)
        object.__setattr__(self, "radius_km", round(self.radius_km, 3))
        object.__setattr__(self, "stars", tuple(sorted(set(self.stars))))
        object.__setattr__(self, "child_ages", tuple(sorted(self.child_ages)) or (OLDEST_CHILD,) * self.children)
        pricing.nights_of(self.check_in, self.check_out)
        _ = self.circle

    @cached_property
    def circle(self) -> Circle:
        return Circle(self.latitude, self.longitude, self.radius_km * 1000)

    @property
    def nights(self) -> int:
        return (self.check_out - self.check_in).days

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        return spread(self.adults, self.child_ages, self.rooms)

    @property
    def question(self) -> str:
        """Equal for equal criteria."""
        return repr(self)
