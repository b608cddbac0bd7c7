"""Writes the sample world into the database: people, hotels with their rooms, and rates from each hotel's today on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.auth import passwords
from app.auth.models import PlatformRole, User
from app.core.columns import new_id
from app.core.db import transaction
from app.hotels.models import Hotel, HotelStatus, Member
from app.rates import spans
from app.rates.models import Charge, ChargeKind, RatePlan, RateSeason
from app.rates.rules import ONE_DAY
from app.rooms.models import Room, RoomType
from demo.world.accounts import ACCOUNTS, DEMO_PASSWORD
from demo.world.charges import CHARGES, EXAMPLE
from demo.world.hotels import USUAL_COUNT, hotels
from demo.world.rates import next_december
from demo.world.samples import HotelSample, RatePlanSample, RoomTypeSample
from demo.world.story import STORY_SLUG

SCALES: Final = {"small": 40, "full": USUAL_COUNT}

Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """What is to be inserted, by table."""

    hotels: list[Row] = field(default_factory=list)
    room_types: list[Row] = field(default_factory=list)
    rooms: list[Row] = field(default_factory=list)
    rate_plans: list[Row] = field(default_factory=list)
    rate_seasons: list[Row] = field(default_factory=list)


def load(count: int) -> int:
    """Writes `count` hotels in one transaction. Returns how many: 0 when the story's hotel is there already.

    ValueError when `count` leaves out the story's hotel or is more than the world has.
    """
    if count < 1:
        raise ValueError("the sample world has at least the story's hotel")
    with transaction() as session:
        if session.scalar(select(Hotel.id).where(Hotel.slug == STORY_SLUG)) is not None:
            return 0
        rows = rows_of(hotels(count))
        _write_hotels(session, rows)
        _write_charges(session)
        _write_people(session, {row["slug"]: row["id"] for row in rows.hotels})
    return len(rows.hotels)


def rows_of(samples: Sequence[HotelSample]) -> Rows:
    """The samples as rows with ids."""
    rows = Rows()
    for sample in samples:
        hotel = _hotel(sample)
        rows.hotels.append(hotel)
        for room_type in sample.room_types:
            _add_room_type(rows, hotel["id"], room_type)
    return rows


def furnish(hotel_id: UUID, sample: RoomTypeSample) -> None:
    """Gives a hotel that has none its first room type, with rooms, plans and prices."""
    rows = Rows()
    _add_room_type(rows, hotel_id, sample)
    with transaction() as session:
        _write_rooms(session, rows)
        session.execute(update(Hotel).where(Hotel.id == hotel_id).values(max_occupancy=sample.max_occupancy))


def _write_hotels(session: Session, rows: Rows) -> None:
    session.execute(insert(Hotel), rows.hotels)
    _write_rooms(session, rows)


def _write_rooms(session: Session, rows: Rows) -> None:
    session.execute(insert(RoomType), rows.room_types)
    session.execute(insert(Room), rows.rooms)
    session.execute(insert(RatePlan), rows.rate_plans)
    if rows.rate_seasons:
        session.execute(insert(RateSeason), rows.rate_seasons)
    spans.rewrite(session, [row["id"] for row in rows.rate_plans])


def _write_charges(session: Session) -> None:
    """In force from the first of the year that the sample world was made in."""
    same = {"kind": ChargeKind.PERCENT, "description": EXAMPLE, "valid": Range(date(2026, 1, 1), None)}
    session.execute(insert(Charge), [{"id": new_id()} | asdict(charge) | same for charge in CHARGES])


def _write_people(session: Session, hotel_ids: Mapping[str, UUID]) -> None:
    """The accounts share one password, so that it is hashed once."""
    password_hash = passwords.hash_of(DEMO_PASSWORD)
    ids = {account.email: new_id() for account in ACCOUNTS}
    people = [
        {
            "id": ids[account.email],
            "email": account.email,
            "password_hash": password_hash,
            "full_name": account.full_name,
            "phone": account.phone,
            "role": PlatformRole.PLATFORM_ADMIN if account.role == "platform_admin" else PlatformRole.GUEST,
        }
        for account in ACCOUNTS
    ]
    members = [
        {"hotel_id": hotel_ids[account.hotel_slug], "user_id": ids[account.email], "role": account.role}
        for account in ACCOUNTS
        if account.hotel_slug is not None and account.hotel_slug in hotel_ids
    ]
    session.execute(insert(User).values(email_verified_at=func.clock_timestamp()), people)
    session.execute(insert(Member), members)


def _hotel(sample: HotelSample) -> Row:
    same = ("slug", "name", "description", "stars", "address", "district", "city", "state", "lga", "email", "phone")
    return (
        {name: getattr(sample, name) for name in same}
        | asdict(sample.utilities)
        | {
            "id": new_id(),
            "status": HotelStatus.ACTIVE,
            "location": f"SRID=4326;POINT({sample.longitude} {sample.latitude})",
            "check_in_from": time.fromisoformat(sample.check_in_from),
            "check_out_until": time.fromisoformat(sample.check_out_until),
            "max_occupancy": max(room_type.max_occupancy for room_type in sample.room_types),
        }
    )


def _add_room_type(rows: Rows, hotel_id: UUID, sample: RoomTypeSample) -> None:
    same = ("name", "description", "bed", "size_sqm", "max_adults", "max_children", "max_occupancy")
    parent = {"hotel_id": hotel_id, "room_type_id": new_id()}
    rows.room_types.append(
        {name: getattr(sample, name) for name in same}
        | {"id": parent["room_type_id"], "hotel_id": hotel_id, "base_occupancy": sample.base_adults}
    )
    rows.rooms.extend(parent | {"id": new_id(), "number": room.number, "floor": room.floor} for room in sample.rooms)
    for plan in sample.rate_plans:
        row = parent | _rate_plan(plan)
        rows.rate_plans.append(row)
        if plan.december_kobo:
            rows.rate_seasons.append(_december(row["id"], plan.december_kobo))


def _december(plan_id: UUID, kobo: int) -> Row:
    first, last = next_december(datetime.now(UTC).date())
    return {
        "id": new_id(),
        "rate_plan_id": plan_id,
        "name": "December",
        "days": Range(first, last + ONE_DAY),
        "price": kobo,
    }


def _rate_plan(sample: RatePlanSample) -> Row:
    return {
        "id": new_id(),
        "name": sample.name,
        "meals": sample.meals,
        "payment_timing": sample.payment_timing,
        "price": sample.price_kobo,
        "windows": [asdict(window) for window in sample.cancellation],
    }
