"""The story's hotel as a client sees it, and requests for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import requests

from demo.story.stage import Stage, expect_status
from demo.world.story import STORY_SLUG

VICTORIA_ISLAND = {"lat": 6.4281, "lon": 3.4219}


@dataclass(frozen=True)
class Plan:
    """A room type and one plan under which it is sold."""

    room_type_id: str
    rate_plan_id: str


class Hotel:
    """The story's hotel: its id, and its pay-now and pay-at-hotel plans by the name of the room type."""

    def __init__(self, stage: Stage, hotel_id: str) -> None:
        self.id = hotel_id
        offers = expect_status(requests.get(f"{stage.api}/hotels/{hotel_id}/offers", _stay(60, 2), timeout=30), 200)
        self.pay_now = _plans(offers, "pay_now")
        self.pay_at_hotel = _plans(offers, "pay_at_hotel")

    def request(self, plan: Plan, *, start: int, nights: int = 2, room_id: str | None = None) -> dict[str, Any]:
        """A booking of one room for two adults, `start` days from today; of this very room if one is named."""
        what = {"room_id": room_id} if room_id else {"room_type_id": plan.room_type_id}
        room = what | {"rate_plan_id": plan.rate_plan_id, "adults": 2, "children": []}
        guest = {"name": "Ngozi Okafor", "email": "ngozi.okafor@example.com", "phone": "+2348000000001"}
        stay = {name: day for name, day in _stay(start, nights).items() if name.startswith("check")}
        return {"hotel_id": self.id, "rooms": [room], "guest": guest} | stay


def _stay(start: int, nights: int) -> dict[str, Any]:
    check_in = date.today() + timedelta(days=start)  # noqa: DTZ011 - weeks ahead, a day more or less is all the same
    return {"check_in": check_in.isoformat(), "check_out": (check_in + timedelta(days=nights)).isoformat(), "adults": 2}


def _plans(offers: dict[str, Any], timing: str) -> dict[str, Plan]:
    return {
        item["room_type"]["name"]: Plan(item["room_type"]["id"], plan["rate_plan_id"])
        for item in offers["items"]
        for plan in item["rate_plans"]
        if plan["payment_timing"] == timing
    }


def search(stage: Stage) -> dict[str, Any]:
    """Two nights for two adults near Victoria Island."""
    where = VICTORIA_ISLAND | _stay(30, 2) | {"radius_km": 10}
    found: dict[str, Any] = expect_status(requests.get(f"{stage.api}/hotels/search", where, timeout=30), 200)
    return found


def is_story_hotel(item: dict[str, Any]) -> bool:
    """Whether a search result is the hotel the story plays in."""
    return bool(item["hotel"]["slug"] == STORY_SLUG)
