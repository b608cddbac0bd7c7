"""What is counted of bookings: by what became of them, those that came from a search apart, the value of what was confirmed."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from app.bookings.service import expire
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import lapse

SEARCH = "0192a7c4-0000-7000-8000-000000000001"
EVENTS = ("created", "confirmed", "cancelled", "expired")


def figures() -> dict[str, float]:
    """Every figure as it stands in this process."""
    told = {
        f"{name}:{event}": REGISTRY.get_sample_value(f"smartstay_{name}_total", {"event": event}) or 0
        for name in ("bookings", "bookings_from_search")
        for event in EVENTS
    }
    return told | {"value": REGISTRY.get_sample_value("smartstay_booking_value_kobo_total") or 0}


def grown(before: dict[str, float]) -> dict[str, float]:
    after = figures()
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@pytest.fixture
def guest(api: Api) -> Api:
    return api.as_(factories.person())


def book(guest: Api, hotel: factories.HotelForTests, **rest: Any) -> str:
    answer = guest.post("/bookings", factories.booking_request(hotel, **rest), key=new_key())
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_hold_is_created_and_what_came_from_a_search_is_counted_apart(guest: Api) -> None:
    hotel, before = factories.hotel({"Deluxe": 2}), figures()
    book(guest, hotel)
    assert grown(before) == {"bookings:created": 1}
    book(guest, hotel, search_id=SEARCH)
    assert grown(before) == {"bookings:created": 2, "bookings_from_search:created": 1}


def test_what_is_paid_at_the_hotel_is_confirmed_at_its_birth(guest: Api) -> None:
    hotel, before = factories.hotel(price=5_000_000), figures()
    room = {"room_type_id": str(hotel.only.id), "rate_plan_id": str(hotel.only.pay_at_hotel), "adults": 1}
    book(guest, hotel, rooms=[room], search_id=SEARCH)
    both = {
        f"{name}:{event}": 1.0 for name in ("bookings", "bookings_from_search") for event in ("created", "confirmed")
    }
    assert grown(before) == both | {"value": 2 * 5_000_000}


def test_ends_are_counted_once(guest: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2})
    cancelled, lapsed = book(guest, hotel), book(guest, hotel, search_id=SEARCH)
    before, key = figures(), new_key()
    for _ in range(2):
        assert guest.post(f"/bookings/{cancelled}/cancel", {}, key=key).status_code == 200
    lapse(lapsed)
    assert [expire.sweep(), expire.sweep()] == [1, 0]
    assert grown(before) == {
        "bookings:cancelled": 1,
        "bookings:expired": 1,
        "bookings_from_search:expired": 1,
    }
