"""Reading hotels."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, cast, func, or_, select
from sqlalchemy.orm import Session

from app.hotels.errors import HotelNotFound
from app.hotels.models import Hotel, HotelStatus
from app.hotels.photos.queries import shown

_POINT = cast(Hotel.location, Geometry)
_FACTS = (
    Hotel.id,
    Hotel.slug,
    Hotel.name,
    Hotel.status,
    Hotel.description,
    Hotel.stars,
    Hotel.address,
    Hotel.district,
    Hotel.city,
    Hotel.state,
    Hotel.lga,
    Hotel.country,
    func.ST_Y(_POINT).label("lat"),
    func.ST_X(_POINT).label("lon"),
    Hotel.time_zone,
    Hotel.currency,
    Hotel.check_in_from,
    Hotel.check_out_until,
    Hotel.email,
    Hotel.phone,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of hotels is narrowed to; letter case is not told apart, `q` is a part of the name."""

    city: str | None = None
    state: str | None = None
    q: str | None = None


def get_facts(session: Session, hotel_id: UUID) -> dict[str, Any]:
    """What is public of a hotel, in any state, JSON-ready; `photos` as `photos.queries.shown` tells them. Raises HotelNotFound."""
    row = session.execute(select(*_FACTS, shown()).where(Hotel.id == hotel_id)).one_or_none()
    if row is None:
        raise HotelNotFound
    return _facts(dict(row._mapping))


def page_active(session: Session, wanted: Wanted, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` active hotels with ids above `after`, oldest first."""
    statement = select(*_FACTS).where(Hotel.status == HotelStatus.ACTIVE, *_narrowed(wanted))
    if after is not None:
        statement = statement.where(Hotel.id > after)
    rows = session.execute(statement.order_by(Hotel.id).limit(limit)).all()
    return [_facts(dict(row._mapping)) for row in rows]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.city:
        conditions.append(func.lower(Hotel.city) == wanted.city.lower())
    if wanted.state:
        conditions.append(func.lower(Hotel.state) == wanted.state.lower())
    if wanted.q:
        name = Hotel.name.icontains(wanted.q, autoescape=True)
        conditions.append(or_(name, Hotel.district.icontains(wanted.q, autoescape=True)))
    return conditions


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    row["location"] = {"lat": row.pop("lat"), "lon": row.pop("lon")}
    row["check_in_from"] = row["check_in_from"].isoformat("minutes")
    row["check_out_until"] = row["check_out_until"].isoformat("minutes")
    return row
