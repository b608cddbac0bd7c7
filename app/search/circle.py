"""The area that is searched: a circle on the globe, and how far it reaches on the Mercator map on which hotels are indexed."""

import math
from dataclasses import dataclass

from app.core.errors import Invalid

# Web Mercator ends at 85.06 degrees, and stretches without end near there.
FARTHEST_LATITUDE = 85.0
METRES_PER_DEGREE = 111_000
# The map takes the globe for a ball of its greatest radius: true lengths along a meridian are up to 0.7 per cent shorter.
SLACK = 1.01


class OutsideMap(Invalid):
    """The circle reaches over a pole or over the 180th meridian, where the map is cut."""

    code, title = "outside_map", "We do not search so near to a pole or to the 180th meridian"


@dataclass(frozen=True, slots=True)
class Circle:
    """Centre in degrees, radius in metres. Raises OutsideMap."""

    latitude: float
    longitude: float
    radius: float

    def __post_init__(self) -> None:
        east = abs(self.longitude) + self._degrees / math.cos(math.radians(min(self._edge, FARTHEST_LATITUDE)))
        if self._edge > FARTHEST_LATITUDE or east >= 180:
            raise OutsideMap

    @property
    def reach(self) -> float:
        """Half the side, in map units, of a square that contains the circle: the map stretches most at its edge towards the pole."""
        return self.radius * SLACK / math.cos(math.radians(self._edge))

    @property
    def _degrees(self) -> float:
        return self.radius / METRES_PER_DEGREE * SLACK

    @property
    def _edge(self) -> float:
        return abs(self.latitude) + self._degrees
