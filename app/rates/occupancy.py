"""Who sleeps in which room, and what a room costs for more people than its price covers. Pure.

`extras_a_night` of the migrations says the same in SQL, for the search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OLDEST_CHILD = 17


@dataclass(frozen=True, slots=True)
class Party:
    """The people of one room; `children`: their ages."""

    adults: int
    children: tuple[int, ...] = ()

    @property
    def people(self) -> int:
        return self.adults + len(self.children)


@dataclass(frozen=True, slots=True)
class PeoplePrices:
    """Kobo a night: for each adult above `base_adults`, and for children by `(to_age, price)`, youngest first.

    A child above the last band counts as an adult, as all do where there are no bands.
    """

    base_adults: int = 1
    extra_adult: int = 0
    bands: tuple[tuple[int, int], ...] = ()

    def on_top(self, party: Party) -> int:
        """Kobo a night above the room's price."""
        told = [self._of_child(age) for age in party.children]
        adults = party.adults + told.count(None)
        young = sum(price for price in told if price is not None)
        return self.extra_adult * max(adults - self.base_adults, 0) + young

    def _of_child(self, age: int) -> int | None:
        return next((price for to_age, price in self.bands if age <= to_age), None)


def spread(adults: int, children: Sequence[int], rooms: int) -> tuple[Party, ...]:
    """How people are spread over rooms, wherever nobody says it: adults evenly, the first rooms take one more, each room has one at least;
    children by age, the oldest first, one a room in turn from the last room on.
    """
    each, more = divmod(max(adults, rooms), rooms)
    dealt: list[list[int]] = [[] for _ in range(rooms)]
    for turn, age in enumerate(sorted(children, reverse=True)):
        dealt[rooms - 1 - turn % rooms].append(age)
    return tuple(Party(each + (room < more), tuple(ages)) for room, ages in enumerate(dealt))


def bands_of(child_prices: Sequence[Mapping[str, int]] | None) -> tuple[tuple[int, int], ...]:
    """The bands as a plan keeps them."""
    return tuple((band["to_age"], band["price"]) for band in child_prices or ())
