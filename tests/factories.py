"""People, hotels and terms for tests, written as the product writes them."""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range

from app.auth.models import User
from app.core.columns import new_id
from app.core.db import transaction
from app.hotels.models import Hotel, Member
from app.hotels.photos.models import Photo
from app.rates.models import Charge, RatePlan, RateSpan
from app.rooms.models import Allocation, Room, RoomType

PASSWORD = "correct-horse-battery"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
FLEXIBLE = [
    {"until_hours_before": 48, "penalty": "none", "value": 0},
    {"until_hours_before": None, "penalty": "nights", "value": 1},
]
VICTORIA_ISLAND = (6.4281, 3.4219)

_number = itertools.count(1)


@dataclass(frozen=True)
class Person:
    id: UUID
    email: str


@dataclass(frozen=True)
class TypeForTests:
    """A room type with its rooms (in the order of their numbers) and its plans by payment timing."""

    id: UUID
    rooms: tuple[UUID, ...]
    pay_now: UUID
    pay_at_hotel: UUID


@dataclass(frozen=True)
class HotelForTests:
    id: UUID
    types: dict[str, TypeForTests]

    @property
    def only(self) -> TypeForTests:
        """The type of a hotel that has just one."""
        (single,) = self.types.values()
        return single


def person(*, role: str = "guest", **columns: Any) -> Person:
    """A user whose password is PASSWORD."""
    user_id, number = new_id(), next(_number)
    values = {
        "email": f"person{number}@example.com",
        "full_name": f"Person {number}",
        "phone": "+2348000000001",
    } | columns
    with transaction() as session:
        session.execute(insert(User).values(id=user_id, password_hash=HASH, role=role, **values))
    return Person(user_id, values["email"])


def member(hotel_id: UUID, role: str = "hotel_admin") -> Person:
    """A person with a place in the hotel."""
    someone = person()
    with transaction() as session:
        session.execute(insert(Member).values(hotel_id=hotel_id, user_id=someone.id, role=role))
    return someone


def hotel(
    rooms: dict[str, int] | None = None,
    *,
    price: int = 5_000_000,
    at: tuple[float, float] = VICTORIA_ISLAND,
    occupancy: int = 3,
    **columns: Any,
) -> HotelForTests:
    """An active hotel; `rooms` = how many of each type; each next type costs as much again as the first one's `price` (kobo a night)."""
    hotel_id, number = new_id(), next(_number)
    values = {
        "slug": f"hotel-{number}",
        "name": f"Hotel {number}",
        "status": "active",
        "stars": 4,
        "address": f"{number} Sample Street",
        "city": "Lagos",
        "state": "Lagos",
        "email": f"desk{number}@hotel.example",
        "max_occupancy": occupancy,
        "location": f"SRID=4326;POINT({at[1]} {at[0]})",
    } | columns
    with transaction() as session:
        session.execute(insert(Hotel).values(id=hotel_id, **values))
    types = {
        name: room_type(hotel_id, name, count, price=price * step, occupancy=occupancy, floor=step)
        for step, (name, count) in enumerate((rooms or {"Deluxe": 1}).items(), 1)
    }
    return HotelForTests(hotel_id, types)


def hotel_facts(**changes: Any) -> dict[str, Any]:
    """A body for POST /hotels that tells all that the checklist demands."""
    told = {
        "name": "Amber House",
        "description": "A quiet house of twenty rooms under old trees, five minutes on foot from the sea and the market.",
        "address": "12 Sample Street",
        "city": "Lagos",
        "state": "Lagos",
        "location": {"lat": VICTORIA_ISLAND[0], "lon": VICTORIA_ISLAND[1]},
        "email": "desk@amber.example",
        "phone": "08031234567",
        "power_24h": True,
        "generator_hours": 12,
        "has_inverter": True,
        "has_solar": False,
        "water": "borehole",
    }
    return told | changes


def plan_facts(type_id: UUID, **changes: Any) -> dict[str, Any]:
    """A body for POST /hotels/{id}/rate-plans."""
    told = {
        "room_type_id": str(type_id),
        "name": "Flexible",
        "meals": "breakfast",
        "payment_timing": "pay_now",
        "price": 5_000_000,
        "windows": FLEXIBLE,
    }
    return told | changes


def charge_facts(**changes: Any) -> dict[str, Any]:
    """A body for POST /admin/charges and for a hotel's: 7.5 per cent on top."""
    return {"name": "Levy two", "kind": "percent", "value": 750, "from": "2025-01-01"} | changes


def verified(**columns: Any) -> Person:
    """A person who has proved his e-mail."""
    return person(email_verified_at=datetime.now(UTC), **columns)


def room_type(hotel_id: UUID, name: str, count: int, *, price: int, occupancy: int = 3, floor: int = 1) -> TypeForTests:
    """A type with `count` rooms, a flexible pay-now plan and a pay-at-hotel plan at the same price."""
    type_id, plan_ids = new_id(), (new_id(), new_id())
    room_ids = tuple(new_id() for _ in range(count))
    numbers = [{"id": room_id, "number": f"{floor}{index:02}"} for index, room_id in enumerate(room_ids, 1)]
    fits = {"base_occupancy": 1, "max_adults": occupancy, "max_children": occupancy - 1, "max_occupancy": occupancy}
    with transaction() as session:
        session.execute(insert(RoomType).values(id=type_id, hotel_id=hotel_id, name=name, **fits))
        session.execute(
            insert(Room), [row | {"hotel_id": hotel_id, "room_type_id": type_id, "floor": floor} for row in numbers]
        )
    for plan_id, timing in zip(plan_ids, ("pay_now", "pay_at_hotel"), strict=True):
        rate_plan(hotel_id, type_id, plan_id=plan_id, timing=timing, price=price)
    return TypeForTests(type_id, room_ids, *plan_ids)


def block(hotel: HotelForTests, room_id: UUID, first: int, end: int, reason: str = "other") -> UUID:
    """A block of the room from day `first` to day `end`."""
    block_id, stay = new_id(), Range(in_days(first), in_days(end))
    row = {"room_id": room_id, "hotel_id": hotel.id, "stay": stay, "block_reason": reason}
    with transaction() as session:
        session.execute(insert(Allocation).values(id=block_id, **row))
    return block_id


def photo(hotel_id: UUID, *, position: int = 1, **columns: Any) -> UUID:
    """A photo that is ready, the cover if it is the first; the store has nothing of it."""
    photo_id = new_id()
    values = {
        "status": "ready",
        "content_type": "image/jpeg",
        "bytes": 1000,
        "upload_expires_at": datetime.now(UTC) + timedelta(minutes=10),
        "upload_etag": '"etag"',
        "position": position,
        "is_cover": position == 1,
        "width": 1600,
        "height": 1200,
    } | columns
    with transaction() as session:
        session.execute(insert(Photo).values(id=photo_id, hotel_id=hotel_id, **values))
    return photo_id


def rate_plan(
    hotel_id: UUID, type_id: UUID, *, plan_id: UUID | None = None, timing: str = "pay_now", price: int = 5_000_000
) -> UUID:
    """A plan sold from last month to 430 days ahead at one price."""
    plan_id = plan_id or new_id()
    days = Range(date.today() - timedelta(days=30), date.today() + timedelta(days=430))
    terms = {"name": "Flexible", "meals": "breakfast", "payment_timing": timing, "windows": FLEXIBLE}
    with transaction() as session:
        session.execute(
            insert(RatePlan).values(id=plan_id, hotel_id=hotel_id, room_type_id=type_id, price=price, **terms)
        )
        session.execute(insert(RateSpan).values(rate_plan_id=plan_id, days=days, price=price))
    return plan_id


def charge(name: str | None = None, value: int = 750, **columns: Any) -> UUID:
    """A tax of the whole country, 7.5 per cent on top of what the rooms cost, unless `columns` say otherwise."""
    charge_id = new_id()
    values = {"kind": "percent", "valid": Range(date(2025, 1, 1), None)} | columns
    with transaction() as session:
        session.execute(
            insert(Charge).values(id=charge_id, name=name or f"Levy {next(_number)}", value=value, **values)
        )
    return charge_id


def in_days(days: int) -> date:
    """A date so many days from today."""
    return date.today() + timedelta(days=days)


def booking_request(
    hotel: HotelForTests, type_name: str | None = None, *, nights: int = 2, start: int = 10, **members: Any
) -> dict[str, Any]:
    """A body for POST /bookings: one room of the type (default: the only one) for one adult, paid now; for another e-mail each time."""
    wanted = hotel.types[type_name] if type_name else hotel.only
    room = {"room_type_id": str(wanted.id), "rate_plan_id": str(wanted.pay_now), "adults": 1, "children": []}
    return {
        "hotel_id": str(hotel.id),
        "check_in": in_days(start).isoformat(),
        "check_out": in_days(start + nights).isoformat(),
        "rooms": [room],
        "guest": {"name": "Ada Obi", "email": f"ada.obi{next(_number)}@example.com", "phone": "+2348000000002"},
    } | members


def booking_request_of(booking: dict[str, Any]) -> dict[str, Any]:
    """A body that wants the very rooms and nights of a booking that was answered."""
    kept = ("rate_plan_id", "room_id", "adults", "children")
    return {
        "hotel_id": booking["hotel_id"],
        "check_in": booking["check_in"],
        "check_out": booking["check_out"],
        "rooms": [{name: room[name] for name in kept} for room in booking["rooms"]],
        "guest": {"name": "Bola Ade", "email": f"bola.ade{next(_number)}@example.com"},
    }
