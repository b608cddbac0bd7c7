"""Distances on the globe, good to well under one per cent at the scale of a town."""

import math

EARTH_RADIUS_METRES = 6_371_008.8


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in metres between two points in degrees (haversine)."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_phi = (other_phi - phi) / 2
    half_lambda = math.radians(other_longitude - longitude) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(chord))


def moved(latitude: float, longitude: float, metres: float, bearing_degrees: float) -> tuple[float, float]:
    """The (latitude, longitude) that lies `metres` away on the bearing (0 north, 90 east), rounded to 0.1 m."""
    bearing = math.radians(bearing_degrees)
    north = math.degrees(metres * math.cos(bearing) / EARTH_RADIUS_METRES)
    east = math.degrees(metres * math.sin(bearing) / EARTH_RADIUS_METRES) / math.cos(math.radians(latitude))
    return round(latitude + north, 6), round(longitude + east, 6)
