"""Reading hotels."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, Date, cast, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from app.core.clock import sql_now
from app.core.sql import by_hand, run
from app.hotels.errors import HotelNotFound
from app.hotels.models import Amenity, Hotel, HotelAmenity, HotelStatus, StatusChange
from app.hotels.photos.shown import shown

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
_AMENITIES = (
    func.array(
        select(HotelAmenity.code)
        .join(Amenity, Amenity.code == HotelAmenity.code)
        .where(HotelAmenity.hotel_id == Hotel.id)
        .order_by(Amenity.position)
        .scalar_subquery()
    )
).label("amenities")
_DETAILS = (
    *_FACTS,
    Hotel.check_in_until,
    Hotel.arrival_instructions,
    Hotel.house_rules,
    Hotel.minimum_age,
    Hotel.id_rule,
    Hotel.pets,
    Hotel.smoking,
    Hotel.parties,
    Hotel.power_24h,
    Hotel.generator_hours,
    Hotel.has_inverter,
    Hotel.has_solar,
    Hotel.water,
    Hotel.security,
    Hotel.parking_spaces,
    Hotel.free_parking,
    Hotel.airport_pickup,
    _AMENITIES,
    Hotel.version,
)


KNOWS_TIME_ZONE = text("SELECT 1 FROM pg_timezone_names WHERE name = :name LIMIT 1")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of hotels is narrowed to; letter case is not told apart, `q` is a part of the name."""

    city: str | None = None
    state: str | None = None
    q: str | None = None


def get_facts(session: Session, hotel_id: UUID) -> dict[str, Any]:
    """All that is told of a hotel, in any state, JSON-ready; its `version`; `photos` as `shown` tells them.

    One statement. Raises HotelNotFound.
    """
    row = session.execute(select(*_DETAILS, shown()).where(Hotel.id == hotel_id)).one_or_none()
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


def page_in_state(
    session: Session, status: HotelStatus, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` hotels of this status, those first that have been in it for longest; each with `status_changed_at`."""
    place = (Hotel.status_changed_at, Hotel.id)
    statement = select(*_FACTS, Hotel.status_changed_at).where(Hotel.status == status)
    if after is not None:
        statement = statement.where(tuple_(*place) > after)
    rows = session.execute(statement.order_by(*place).limit(limit)).all()
    return [_facts(dict(row._mapping)) for row in rows]


def lock_hotel(session: Session, hotel_id: UUID) -> Hotel:
    """Locked against other changes of its facts and people; bookings go on. Raises HotelNotFound."""
    return _lock(session, hotel_id, key_share=True)


def lock_for_step(session: Session, hotel_id: UUID) -> Hotel:
    """Locked against bookings as well: each of them holds a key of this row until it is through. Raises HotelNotFound."""
    return _lock(session, hotel_id, key_share=False)


def _lock(session: Session, hotel_id: UUID, *, key_share: bool) -> Hotel:
    hotel = session.scalar(select(Hotel).where(Hotel.id == hotel_id).with_for_update(key_share=key_share))
    if hotel is None:
        raise HotelNotFound
    return hotel


def get_status(session: Session, hotel_id: UUID) -> str:
    """Raises HotelNotFound."""
    status = session.scalar(select(Hotel.status).where(Hotel.id == hotel_id))
    if status is None:
        raise HotelNotFound
    return status


def require_hotel(session: Session, hotel_id: UUID) -> None:
    """Raises HotelNotFound."""
    get_status(session, hotel_id)


def sql_today() -> ColumnElement[date]:
    """The date on the wall of the Hotel of the statement, by the clock and not by the transaction's start."""
    return cast(func.timezone(Hotel.time_zone, sql_now()), Date)


def get_today(session: Session, hotel_id: UUID) -> date:
    """The date on the hotel's wall. Raises HotelNotFound."""
    today: date | None = session.scalar(select(sql_today()).where(Hotel.id == hotel_id))
    if today is None:
        raise HotelNotFound
    return today


def is_slug_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Hotel.id).where(Hotel.slug == slug)) is not None


def knows_time_zone(session: Session, name: str) -> bool:
    """Whether the database can tell the time there. Takes it some milliseconds."""
    return session.scalar(KNOWS_TIME_ZONE, {"name": name}) is not None


def catalogue(session: Session) -> list[Amenity]:
    """Every amenity there is, in the order in which people read them."""
    return list(session.scalars(select(Amenity).order_by(Amenity.position)))


def known_amenities(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that the catalogue has."""
    return set(session.scalars(select(Amenity.code).where(Amenity.code.in_(codes))))


def find_decision(session: Session, hotel_id: UUID) -> StatusChange | None:
    """What the platform did to the hotel last."""
    by_platform = (StatusChange.hotel_id == hotel_id) & (StatusChange.actor == "platform")
    return session.scalar(select(StatusChange).where(by_platform).order_by(StatusChange.id.desc()).limit(1))


# Rooms, rates and bookings stand above this module and may not be imported; what the life of a hotel asks of them is these two.
HAS_SOMETHING_TO_SELL = by_hand("""
SELECT EXISTS (
  SELECT FROM rooms r JOIN room_types t ON t.id = r.room_type_id AND t.retired_at IS NULL
  JOIN rate_plans p ON p.room_type_id = t.id AND p.retired_at IS NULL
  JOIN rate_spans s ON s.rate_plan_id = p.id AND upper(s.days) > current_date AND NOT s.stop_sell
  WHERE r.hotel_id = :hotel_id AND r.retired_at IS NULL)
""")
GUESTS_TO_COME = by_hand("""
SELECT count(*) FROM bookings b JOIN hotels h ON h.id = b.hotel_id WHERE b.hotel_id = :hotel_id AND (
  b.status = 'checked_in'
  OR b.status = 'confirmed' AND b.check_out >= (clock_timestamp() AT TIME ZONE h.time_zone)::date
  OR b.status = 'pending_payment' AND b.release_at > clock_timestamp())
""")


def has_something_to_sell(session: Session, hotel_id: UUID) -> bool:
    """Whether there is a room whose type has a plan with a price from today on."""
    return bool(run(session, HAS_SOMETHING_TO_SELL, {"hotel_id": hotel_id}).scalar())


def count_guests_to_come(session: Session, hotel_id: UUID) -> int:
    """Bookings whose stay has not ended, and holds that live."""
    return int(run(session, GUESTS_TO_COME, {"hotel_id": hotel_id}).scalar_one())


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    lat, lon = row.pop("lat"), row.pop("lon")
    row["location"] = None if lat is None else {"lat": lat, "lon": lon}
    return {name: value.isoformat("minutes") if isinstance(value, time) else value for name, value in row.items()}
