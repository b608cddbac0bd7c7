"""The numbers of many rooms at once, as people say them: "101 to 120, first floor"."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbered:
    """A room that is to be."""

    number: str
    floor: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """Rooms from one number to another, both included: `prefix` B, 1 to 3 = B1, B2, B3."""

    first: int
    last: int
    floor: int | None = None
    prefix: str = ""

    def rooms(self) -> Iterator[Numbered]:
        return (Numbered(f"{self.prefix}{number}", self.floor) for number in range(self.first, self.last + 1))


def twice(rooms: Sequence[Numbered]) -> list[str]:
    """Numbers that are named more than once."""
    return sorted(number for number, times in Counter(room.number for room in rooms).items() if times > 1)
