"""Asking for hotels in tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.core.db import transaction
from tests.api import Api
from tests.factories import in_days

# Takes rooms as a hold does, `:seconds` from now; the booking behind it is left out, with the constraints that would ask for it.
HOLD = """
    INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id, hold_expires_at)
    SELECT gen_random_uuid(), id, hotel_id, daterange(:check_in, :check_out), gen_random_uuid(),
           clock_timestamp() + make_interval(secs => :seconds)
    FROM rooms WHERE id = :room_id
"""


def today(time_zone: str = "Africa/Lagos") -> date:
    """The date on a wall there."""
    return datetime.now(UTC).astimezone(ZoneInfo(time_zone)).date()


def search(api: Api, **query: Any) -> Any:
    """The answer for two nights in ten days around Victoria Island, unless the query says otherwise."""
    usual = {"lat": 6.4281, "lon": 3.4219, "check_in": in_days(10), "check_out": in_days(12), "adults": 1}
    said = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    return api.get("/hotels/search", **usual | said)


def found(answer: Any) -> list[str]:
    """The names of the hotels found."""
    assert answer.status_code == 200, answer.text
    return [item["hotel"]["name"] for item in answer.json["items"]]


def cheapest(answer: Any) -> dict[str, Any]:
    """The plan shown for the one hotel found."""
    assert answer.status_code == 200, answer.text
    (item,) = answer.json["items"]
    plan: dict[str, Any] = item["cheapest"]
    return plan


def hold(room_id: UUID, *, seconds: float = 60, start: int = 10, nights: int = 2) -> None:
    """Takes the room for so many seconds from now; negative = the hold has lapsed already."""
    stay = {"check_in": in_days(start), "check_out": in_days(start) + timedelta(days=nights)}
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(HOLD), {"room_id": room_id, "seconds": seconds} | stay)


def change_spans(plan_id: UUID, **columns: Any) -> None:
    """Changes all days of the plan."""
    setting = ", ".join(f"{name} = :{name}" for name in columns)
    with transaction() as session:
        session.execute(
            text(f"UPDATE rate_spans SET {setting} WHERE rate_plan_id = :plan"), columns | {"plan": plan_id}
        )
