"""The pages that the calendar bench asks for: as paths of the API, and as the statements that answer them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.inventory import board_queries
from bench.booking_world import id_of

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
STATEMENTS: Mapping[str, str] = {
    "board": board_queries.BOARD,
    "calendar": board_queries.CALENDAR,
    "availability": board_queries.AVAILABILITY,
}


@dataclass(frozen=True)
class Page:
    """`days`: how many are shown; the board shows one."""

    kind: str
    days: int

    @property
    def name(self) -> str:
        return self.kind if self.kind == "board" else f"{self.kind}, {self.days} days"

    def path(self, hotel: int) -> str:
        first, end = self._range()
        query = f"date={first}" if self.kind == "board" else f"from={first}&to={end}"
        return f"/hotels/{id_of('hotel', hotel)}/{self.kind}?{query}"

    def bound(self, hotel: int) -> dict[str, Any]:
        """What the statement binds."""
        first, end = self._range()
        days = {"day": first} if self.kind == "board" else {"first": first, "end": end}
        return {"hotel_id": id_of("hotel", hotel)} | days

    def statement(self) -> str:
        """As the driver takes it."""
        return STATEMENTS[self.kind]

    def script(self, hotel: int, folder: Path) -> Path:
        """The same for pgbench, with what it binds in its place: it says no types, so they are written."""
        bound = self.bound(hotel)

        def literal(match: re.Match[str]) -> str:
            kind = "uuid" if match[1] == "hotel_id" else "date"
            return f"CAST('{bound[match[1]]}' AS {kind})"

        path = folder / f"{self.kind}-{self.days}-{hotel}.sql"
        statement = PLACEHOLDER.sub(literal, self.statement()).replace("%%", "%")
        path.write_text(" ".join(statement.split()) + ";\n")
        return path

    def _range(self) -> tuple[date, date]:
        first = datetime.now(UTC).date() - timedelta(days=5)
        return first, first + timedelta(days=self.days)


SIZES = (50, 200, 800)
PAGES = (
    Page("board", 1),
    Page("calendar", 60),
    Page("calendar", 90),
    Page("availability", 60),
    Page("availability", 90),
)
