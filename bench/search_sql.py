"""The search's own statement as a script of pgbench: what the search binds are pgbench's variables, the point drawn anew each time."""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.search import queries
from app.search.criteria import Criteria


@dataclass(frozen=True)
class Area:
    """Where guests look for hotels: this share of them around the point, up to `spread` degrees away, mostly in the middle."""

    share: float
    latitude: float
    longitude: float
    spread: float


# Three of the cities of search_data.sql.
AREAS = (Area(0.6, 6.52, 3.40, 0.35), Area(0.25, 9.06, 7.49, 0.30), Area(0.15, 4.82, 7.03, 0.20))
POINT = ("latitude", "longitude")
TYPES: Mapping[type, str] = {int: "integer", float: "double precision", date: "date", str: "jsonb"}
PLACEHOLDER = re.compile(r"(?<!:):(\w+)")
CAST = re.compile(r"CAST\(:(\w+) AS (?:integer|double precision|date|jsonb)\)")


def random_points(count: int) -> Iterator[tuple[float, float]]:
    """Latitudes and longitudes as the scripts draw them, always the same ones."""
    rng = random.Random(20261122)
    for area in rng.choices(AREAS, [area.share for area in AREAS], k=count):
        north, east = (rng.random() + rng.random() - 1 for _ in POINT)
        yield area.latitude + north * area.spread, area.longitude + east * area.spread


def write_script(criteria: Criteria, path: Path) -> Path:
    """The script that searches like `criteria`, around random points."""
    bound = queries.parameters(criteria)

    def typed(match: re.Match[str]) -> str:
        """The driver says the type of what it binds, pgbench does not."""
        return f"CAST(:{match[1]} AS {TYPES[type(bound[match[1]])]})"

    path.write_text(f"{_draw_point()}\n{PLACEHOLDER.sub(typed, queries.statement(criteria))};\n")
    return path


def variables(criteria: Criteria) -> list[str]:
    """What the script needs besides the point, as NAME=VALUE."""
    bound = queries.parameters(criteria).items()
    return [f"{name}={value}" for name, value in bound if name not in POINT and type(value) in TYPES]


def _draw_point() -> str:
    draws = [f"\\set {name} (random(0, 10000) + random(0, 10000) - 10000) / 10000.0" for name in ("north", "east")]
    places = [f"\\set {name} {_drawn(name, drawn)}" for name, drawn in zip(POINT, ("north", "east"), strict=True)]
    return "\n".join(["\\set share random(1, 100)", *draws, *places])


def _drawn(coordinate: str, drawn: str) -> str:
    up_to, cases = 0.0, []
    for area in AREAS:
        up_to += area.share
        cases.append(f"WHEN :share <= {round(up_to * 100)} THEN {getattr(area, coordinate)} + :{drawn} * {area.spread}")
    return f"CASE {' '.join(cases)} END"
