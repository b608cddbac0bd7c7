"""What the benchmarked searches ask for, as criteria and as paths of the API."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from app.search.criteria import LAST_PAGE, Criteria, Sort

API_PATH = "/api/v1/hotels/search"
# From that day on every room is taken, for a week.
FULL_FROM = 60
# Farther from the equator than any point that is drawn: the map's box is never too small.
NORTHERNMOST = (9.4, 7.5)


@dataclass(frozen=True)
class Question:
    """A kind of search. `in_days`: when two guests arrive, for two nights."""

    radius_km: float
    in_days: int = 10
    adults: int = 2
    sort: Sort = Sort.DISTANCE
    page: int = 1

    @property
    def name(self) -> str:
        """Another for each question."""
        return f"{self.radius_km}km-{self.in_days}-{self.adults}-{self.sort}-{self.page}"

    @property
    def check_in(self) -> date:
        return in_days(self.in_days)

    @property
    def check_out(self) -> date:
        return in_days(self.in_days + 2)

    @property
    def criteria(self) -> Criteria:
        """With one room, and no children."""
        at, stay = NORTHERNMOST, (self.check_in, self.check_out)
        return Criteria(*at, self.radius_km, *stay, self.adults, 0, 1, sort=self.sort, page=self.page)

    def paths(self, points: Iterable[tuple[float, float]]) -> list[str]:
        """The question around each of the points."""
        stay = {"check_in": self.check_in, "check_out": self.check_out}
        rest = {"radius_km": self.radius_km, "adults": self.adults, "sort": self.sort, "page": self.page}
        return [
            f"{API_PATH}?{urlencode({'lat': f'{north:.5f}', 'lon': f'{east:.5f}', **stay, **rest})}"
            for north, east in points
        ]


NEAR, FAR = Question(5), Question(50)
WORST = {
    "every room is taken": replace(FAR, in_days=FULL_FROM),
    "no room takes so many": replace(FAR, adults=9),
    "cheapest first": replace(FAR, sort=Sort.PRICE),
    "last page": replace(FAR, page=LAST_PAGE),
}


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)
