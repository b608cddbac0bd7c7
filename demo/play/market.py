"""How a guest finds a room somewhere: searches near a hotel, looks at offers, books one, and takes another when it is gone."""

import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import requests

from demo.story.people import Person
from demo.story.stage import Stage, StepFailed, expect, expect_status

TRIES = 25
FARTHEST_DAY, LONGEST_STAY = 380, 5
# What one online payment may carry.
MOST_KOBO = 1_000_000_000
# Somebody was quicker, or what was offered is no longer so: a guest chooses something else.
GONE = frozenset({"room_taken", "not_on_sale", "price_changed", "busy"})


@dataclass(frozen=True)
class Offer:
    """One room for two adults under one plan; `total` in kobo."""

    hotel_id: str
    room_type_id: str
    rate_plan_id: str
    total: int


@dataclass
class Market:
    """All hotels that sell; `taken` counts how often a room was gone when it was wanted."""

    stage: Stage
    hotels: list[dict[str, Any]] = field(default_factory=list)
    taken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Learns of the hotels."""
        cursor: str | None = ""
        while cursor is not None:
            page = _get(self.stage, "/hotels", limit=100, **({"cursor": cursor} if cursor else {}))
            self.hotels += page["items"]
            cursor = page["next_cursor"]
        expect(self.hotels, "no hotel sells anything here")

    def book(self, guest: Person, timing: str, chance: Random) -> dict[str, Any]:
        """A booking of a room that is paid as `timing` says (`pay_now` or `pay_at_hotel`), wherever one is free."""
        for _ in range(TRIES):
            stay = _some_stay(chance)
            offers = self._offers(stay, timing, chance)
            booking = self._take(guest, chance.choice(offers), stay) if offers else None
            if booking is not None:
                return booking
        raise StepFailed(f"nothing to book was found in {TRIES} tries")

    def _offers(self, stay: dict[str, str], timing: str, chance: Random) -> list[Offer]:
        where = chance.choice(self.hotels)["location"]
        found = _get(self.stage, "/hotels/search", lat=where["lat"], lon=where["lon"], radius_km=5, **stay)["items"]
        if not found:
            return []
        hotel_id = chance.choice(found)["hotel"]["id"]
        items = _get(self.stage, f"/hotels/{hotel_id}/offers", **stay)["items"]
        return [
            Offer(hotel_id, item["room_type"]["id"], plan["rate_plan_id"], plan["total_amount"])
            for item in items
            for plan in item["rate_plans"]
            if plan["is_sellable"] and plan["payment_timing"] == timing and plan["total_amount"] <= MOST_KOBO
        ]

    def _take(self, guest: Person, offer: Offer, stay: dict[str, str]) -> dict[str, Any] | None:
        room = {"room_type_id": offer.room_type_id, "rate_plan_id": offer.rate_plan_id, "adults": 2, "children": []}
        wish = {"hotel_id": offer.hotel_id, "rooms": [room], "guest": {"name": "Ngozi Okafor", "email": guest.email}}
        answer = guest.post("/bookings", wish | {"expected_total": offer.total} | stay)
        if answer.json().get("code") in GONE:
            with self._lock:
                self.taken += 1
            return None
        booking: dict[str, Any] = expect_status(answer, 201)
        return booking


def _some_stay(chance: Random) -> dict[str, str]:
    check_in = date.today() + timedelta(days=chance.randint(2, FARTHEST_DAY))  # noqa: DTZ011 - a day more or less is all the same
    check_out = check_in + timedelta(days=chance.randint(1, LONGEST_STAY))
    return {"check_in": check_in.isoformat(), "check_out": check_out.isoformat()}


def _get(stage: Stage, path: str, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = expect_status(requests.get(stage.api + path, query, timeout=30), 200)
    return found
