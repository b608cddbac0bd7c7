"""Writing what is told of a hotel into its row, under the rules that no single field can know."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.hotels import queries, whereabouts
from app.hotels.errors import OutsideNigeria, UnknownAmenity, UnknownState, UnknownTimeZone
from app.hotels.models import Hotel, HotelAmenity

NOT_COLUMNS = frozenset({"location", "amenities"})
NOT_FACTS = frozenset({"id", "slug", "status", "version"})

Facts = Mapping[str, Any]


def write(session: Session, hotel: Hotel, told: Facts) -> dict[str, Any]:
    """Puts what is told into the locked or new row. Returns all facts as they are then.

    Raises UnknownTimeZone, UnknownState, OutsideNigeria, UnknownAmenity.
    """
    zone = told.get("time_zone", hotel.time_zone)
    if zone != hotel.time_zone and not queries.knows_time_zone(session, zone):
        raise UnknownTimeZone
    for name, value in told.items():
        if name not in NOT_COLUMNS:
            setattr(hotel, name, value)
    if "location" in told:
        hotel.location = _point(told["location"])
    if hotel.country == whereabouts.HOME and hotel.state:
        hotel.state = _state(hotel.state)
    session.flush()
    if "amenities" in told:
        _write_amenities(session, hotel.id, set(told["amenities"]))
    facts = queries.get_facts(session, hotel.id)
    _refuse_abroad(facts)
    return facts


def told_of(facts: Facts) -> dict[str, Any]:
    """The facts that people tell, without what is ours."""
    return {name: value for name, value in facts.items() if name not in NOT_FACTS}


def _point(location: Mapping[str, float] | None) -> str | None:
    return None if location is None else f"SRID=4326;POINT({location['lon']} {location['lat']})"


def _state(name: str) -> str:
    state = whereabouts.state_of(name)
    if state is None:
        raise UnknownState(errors={"json": {"state": [f"One of {', '.join(whereabouts.STATES)}."]}})
    return state


def _refuse_abroad(facts: Facts) -> None:
    point = facts["location"]
    if facts["country"] == whereabouts.HOME and point and not whereabouts.is_in_nigeria(point["lat"], point["lon"]):
        raise OutsideNigeria


def _write_amenities(session: Session, hotel_id: UUID, codes: set[str]) -> None:
    unknown = codes - queries.known_amenities(session, codes)
    if unknown:
        raise UnknownAmenity(codes=sorted(unknown))
    session.execute(delete(HotelAmenity).where(HotelAmenity.hotel_id == hotel_id))
    if codes:
        session.execute(insert(HotelAmenity), [{"hotel_id": hotel_id, "code": code} for code in sorted(codes)])
