"""A hotel and its people at work on its rooms."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.db import reading, transaction
from tests import factories
from tests.api import Api, new_key
from tests.factories import HotelForTests, in_days

LAPSE = """
WITH late AS (
  UPDATE bookings SET hold_expires_at = clock_timestamp() - interval '1 second', release_at = clock_timestamp() - interval '1 second'
  WHERE id = :id RETURNING id)
UPDATE allocations SET hold_expires_at = clock_timestamp() - interval '1 second'
WHERE booking_room_id IN (SELECT r.id FROM booking_rooms r JOIN late ON late.id = r.booking_id)
"""
LAGOS_TODAY = "SELECT (clock_timestamp() AT TIME ZONE 'Africa/Lagos')::date"


@dataclass(frozen=True)
class House:
    """`owner` and `staff` work there, `guest` books."""

    hotel: HotelForTests
    owner: Api
    staff: Api
    guest: Api

    @property
    def path(self) -> str:
        return f"/hotels/{self.hotel.id}"

    @property
    def rooms(self) -> tuple[UUID, ...]:
        return self.hotel.only.rooms

    def book(self, start: int = 10, nights: int = 2, *, room: UUID | None = None, **how: Any) -> Any:
        """The answer; confirmed at once unless `plan="pay_now"`. `adults`, `children`: who comes."""
        plan = getattr(self.hotel.only, how.pop("plan", "pay_at_hotel"))
        wanted = {"room_id": str(room)} if room else {"room_type_id": str(self.hotel.only.id)}
        people = {"adults": how.pop("adults", 1), "children": how.pop("children", [])}
        body = factories.booking_request(self.hotel, start=start, nights=nights, **how)
        body["rooms"] = [wanted | people | {"rate_plan_id": str(plan)}]
        return self.guest.post("/bookings", body, key=new_key())

    def booked(self, start: int = 10, nights: int = 2, **how: Any) -> dict[str, Any]:
        """The booking."""
        answer = self.book(start, nights, **how)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json
        return told

    def block(self, rooms: list[UUID], first: int, end: int, **body: Any) -> Any:
        """The answer to blocking them, as staff does."""
        days = {"from": str(in_days(first)), "to": str(in_days(end))}
        told = {"room_ids": [str(room) for room in rooms], "reason": "maintenance"} | days | body
        return self.staff.post(f"{self.path}/blocks", told)

    def say(self, room: UUID, now: str, **body: Any) -> Any:
        """The answer to saying what the room is now, as staff does."""
        return self.staff.post(f"/rooms/{room}/status", {"now": now} | body)


def house_of(api: Api, hotel: HotelForTests) -> House:
    owner, staff = factories.member(hotel.id), factories.member(hotel.id, "hotel_staff")
    return House(hotel, api.as_(owner), api.as_(staff), api.as_(factories.person()))


def lapse(booking: dict[str, Any]) -> None:
    """Its hold has ended, and no sweep has seen it."""
    with transaction() as session:
        session.execute(text(LAPSE), {"id": booking["id"]})


def events(name: str) -> list[dict[str, Any]]:
    """Payloads of the hotel events of a name, oldest first."""
    with reading() as session:
        found = session.execute(
            text("SELECT payload FROM hotel_events WHERE name = :name ORDER BY hotel_id, seq"), {"name": name}
        )
        return list(found.scalars())


def ranges(name: str = "room_status_changed") -> list[tuple[str, str, str]]:
    """Status and range of the events that were told, oldest first."""
    return [(event["status"], event["check_in"], event["check_out"]) for event in events(name)]


def run(statement: str, **bound: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), bound)


def today_there(time_zone: str) -> date:
    """The date on a wall in the zone, by the database's clock."""
    with reading() as session:
        found: date = session.scalar(text("SELECT timezone(:zone, clock_timestamp())::date"), {"zone": time_zone})
        return found


def day(count: int) -> str:
    return (in_days(0) + timedelta(days=count)).isoformat()
