"""Whatever a hotel sets, the rules looked at plainly, the offers, the search and the booking say the same price, and the same of whether
it is sold at all.
"""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.rates.occupancy import spread
from app.rates.pricing import LARGEST_PAYMENT, SMALLEST_PAYMENT
from tests import factories
from tests.api import Api, new_key
from tests.auth import rows
from tests.factories import HotelForTests
from tests.rates import drawn, naive
from tests.rates.asking import change
from tests.search.asking import search, today

BASE_ADULTS = 2
QUIET = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


class House:
    """A hotel far from all others, with one plan that is told all the rules, and the people who ask."""

    def __init__(self, api: Api, number: int) -> None:
        self.place = (4.5 + number * 0.05, 5.0)
        self.hotel: HotelForTests = factories.hotel({"Deluxe": 3}, at=self.place, occupancy=6, state="Lagos")
        rows.change(
            "UPDATE room_types SET base_occupancy = :base WHERE id = :id", base=BASE_ADULTS, id=self.hotel.only.id
        )
        rows.change("UPDATE rate_plans SET retired_at = now() WHERE id = :id", id=self.hotel.only.pay_at_hotel)
        self.plan_id = str(self.hotel.only.pay_now)
        self.api, self.owner = api, api.as_(factories.member(self.hotel.id))
        self.guest = api.as_(factories.person())

    def tell(self, plan: dict[str, Any], days: dict[date, dict[str, Any]], charges: list[dict[str, Any]]) -> None:
        answers = [change(self.owner, self.plan_id, **plan)]
        answers += [self.owner.put(f"/rate-plans/{self.plan_id}/days", edit) for edit in drawn.edits(days)]
        answers += [self.owner.post(f"/hotels/{self.hotel.id}/charges", charge) for charge in charges]
        assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]


@pytest.fixture
def api(application: Flask) -> Api:
    return Api(application)


def test_search_offers_booking_and_a_plain_look_agree(api: Api) -> None:
    numbers = iter(range(1_000))
    sold: list[bool] = []

    @QUIET
    @given(data=st.data())
    def whatever_is_told(data: st.DataObject) -> None:
        house, now = House(api, next(numbers) % 80), today()
        rows.change("UPDATE hotels SET status = 'paused' WHERE id <> :id", id=house.hotel.id)
        plan, days = data.draw(drawn.plans(now)), data.draw(drawn.own_days(now))
        charges, stay = data.draw(drawn.charges(now)), data.draw(drawn.stays(now))
        adults, ages = data.draw(st.integers(1, 6)), data.draw(st.lists(st.integers(0, 17), max_size=3))
        house.tell(plan, days, charges)
        sold.append(_one(house, plan, days, charges, stay, (adults, ages, data.draw(st.integers(1, 2)))))

    whatever_is_told()
    assert 5 <= sum(sold) <= len(sold) - 5


def _one(
    house: House,
    plan: dict[str, Any],
    days: dict[date, dict[str, Any]],
    charges: list[dict[str, Any]],
    stay: tuple[date, date],
    who: tuple[int, list[int], int],
) -> bool:
    adults, ages, rooms = who
    parties, nights = spread(adults, ages, rooms), naive.days_between(*stay)
    rooms_amount = sum(
        naive.holds(plan, days, night)["price"] + naive.on_top_a_night(plan, BASE_ADULTS, party.adults, party.children)
        for party in parties
        for night in nights
    )
    people = sum(party.adults + len(party.children) for party in parties)
    lines = naive.charge_lines(charges, rooms_amount, rooms, people, len(nights))
    total = rooms_amount + sum(amount for _, amount, is_included in lines if not is_included)
    is_sold = naive.is_sold(plan, days, *stay, today()) and SMALLEST_PAYMENT <= total <= LARGEST_PAYMENT
    is_sold = is_sold and all(party.adults <= 6 and len(party.children) <= 5 and party.people <= 6 for party in parties)
    _offered(house, stay, who, (rooms_amount, lines, total, is_sold))
    _found(house, stay, who, total if is_sold else None)
    _booked(house, stay, parties, (lines, total, is_sold))
    return is_sold


def _offered(house: House, stay: tuple[date, date], who: tuple[int, list[int], int], expected: Any) -> None:
    query = {
        "check_in": stay[0],
        "check_out": stay[1],
        "adults": who[0],
        "children": ",".join(map(str, who[1])),
        "rooms": who[2],
    }
    answer = house.api.get(
        f"/hotels/{house.hotel.id}/offers", **{name: value for name, value in query.items() if value != ""}
    )
    assert answer.status_code == 200, answer.text
    (item,) = answer.json["items"]
    (offer,) = item["rate_plans"]
    lines = [(line["name"], line["amount"], line["is_included"]) for line in offer["charges"]]
    assert (offer["rooms_amount"], lines, offer["total_amount"], offer["is_sellable"]) == expected
    assert sum(room["amount"] for room in offer["rooms"]) == offer["rooms_amount"]
    assert offer["rooms"][0]["amount"] == sum(night["amount"] for night in offer["nights"])


def _found(house: House, stay: tuple[date, date], who: tuple[int, list[int], int], total: int | None) -> None:
    ages = {"child_ages": ",".join(map(str, who[1]))} if who[1] else {}
    place = {"lat": house.place[0], "lon": house.place[1], "radius_km": 1}
    answer = search(house.api, check_in=stay[0], check_out=stay[1], adults=who[0], rooms=who[2], **ages, **place)
    assert answer.status_code == 200, answer.text
    assert [item["cheapest"]["total_amount"] for item in answer.json["items"]] == ([] if total is None else [total])


def _booked(house: House, stay: tuple[date, date], parties: Any, expected: Any) -> None:
    lines, total, is_sold = expected
    room = {"room_type_id": str(house.hotel.only.id), "rate_plan_id": house.plan_id}
    body = factories.booking_request(house.hotel) | {
        "check_in": str(stay[0]),
        "check_out": str(stay[1]),
        "rooms": [room | {"adults": party.adults, "children": list(party.children)} for party in parties],
    }
    wrong = house.guest.post("/bookings", body | {"expected_total": total + 1}, key=new_key())
    answer = house.guest.post("/bookings", body | {"expected_total": total}, key=new_key())
    if not is_sold:
        assert (wrong.status_code, answer.status_code) == (422, 422), answer.text
        return
    assert (wrong.status_code, wrong.json["code"], wrong.json["quote"]["total_amount"]) == (409, "price_changed", total)
    assert answer.status_code == 201, answer.text
    booking = answer.json
    assert booking["total_amount"] == total == booking["rooms_amount"] + booking["charges_amount"]
    assert [(line["name"], line["amount"], line["is_included"]) for line in booking["charges"]] == lines
