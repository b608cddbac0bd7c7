"""Taxes and fees: how they are counted, when they are in force, who sets them, and that a booking keeps its own."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.rates.charges import ChargeLine, ChargeRule, Size, lines, on_top
from tests import factories
from tests.api import Api, new_key
from tests.factories import HotelForTests, charge_facts, in_days
from tests.hotels.people import People, audited, people_of
from tests.search.asking import cheapest, search

FAR_AWAY = (7.4, 3.9)
SIZE = Size(rooms=2, people=5, nights=3)


def rule(kind: str, value: int, *, included: bool = False) -> ChargeRule:
    return ChargeRule(kind, kind, value, included)


@pytest.mark.parametrize(
    ("kind", "value", "amount", "kobo"),
    [
        ("percent", 750, 1_000_000, 75_000),
        ("percent", 750, 1_000, 75),
        ("percent", 750, 106, 8),  # 7.95
        ("percent", 500, 10, 1),  # 0.5
        ("percent", 500, 9, 0),
        ("percent", 10_000, 77, 77),
        ("per_stay", 40, 9, 40),
        ("per_room_night", 40, 9, 240),
        ("per_person_night", 40, 9, 600),
    ],
)
def test_what_comes_on_top(kind: str, value: int, amount: int, kobo: int) -> None:
    (line,) = lines([rule(kind, value)], amount, SIZE)
    assert (line, on_top([line])) == (ChargeLine(kind, kobo), kobo)


def test_what_the_prices_hold_is_the_part_they_contain_and_is_not_added() -> None:
    assert lines([rule("percent", 750, included=True)], 1_075, SIZE) == (ChargeLine("percent", 75, is_included=True),)
    both = lines([rule("percent", 750, included=True), rule("percent", 500, included=True)], 112_500, SIZE)
    assert [line.amount for line in both] == [7_500, 5_000]
    assert on_top(both) == 0
    mixed = lines([rule("percent", 750, included=True), rule("percent", 1000)], 1_075, SIZE)
    assert ([line.amount for line in mixed], on_top(mixed)) == ([75, 108], 108)


@pytest.fixture
def hotel(application: Any) -> HotelForTests:
    return factories.hotel({"Deluxe": 3}, price=1_000_001, state="Lagos", at=FAR_AWAY)


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


def offered(api: Api, hotel: HotelForTests, start: int = 10) -> dict[str, Any]:
    stay = {"check_in": in_days(start), "check_out": in_days(start + 2), "adults": 2}
    answer = api.get(f"/hotels/{hotel.id}/offers", **stay)
    assert answer.status_code == 200, answer.text
    plans = {plan["rate_plan_id"]: plan for item in answer.json["items"] for plan in item["rate_plans"]}
    told: dict[str, Any] = plans[str(hotel.only.pay_now)]
    return told


def test_offer_search_and_booking_charge_the_same_to_the_kobo(api: Api, hotel: HotelForTests, people: People) -> None:
    for value, name in ((750, "VAT"), (1000, "Service")):
        assert people.platform.post("/admin/charges", charge_facts(name=name, value=value)).status_code == 201
    levy = charge_facts(name="Levy", kind="per_person_night", value=50_000, state="lagos")
    assert people.platform.post("/admin/charges", levy).json["state"] == "Lagos"
    kano = charge_facts(name="Levy", value=2_000, state="Kano")
    assert people.platform.post("/admin/charges", kano).status_code == 201
    own = charge_facts(name="Breakfast", kind="per_stay", value=1_234, is_included=True)
    assert people.owner.post(f"/hotels/{hotel.id}/charges", own).status_code == 201
    expected = [
        {"name": "VAT", "amount": 150_000, "is_included": False},
        {"name": "Service", "amount": 200_000, "is_included": False},
        {"name": "Levy", "amount": 200_000, "is_included": False},
        {"name": "Breakfast", "amount": 1_234, "is_included": True},
    ]
    plan = offered(api, hotel)
    assert (plan["rooms_amount"], plan["charges"], plan["total_amount"]) == (2_000_002, expected, 2_550_002)
    found = cheapest(search(api, adults=2, lat=FAR_AWAY[0], lon=FAR_AWAY[1]))
    assert (found["total_amount"], found["nightly_amount"]) == (2_550_002, 1_000_001)
    body = factories.booking_request(hotel, expected_total=2_550_002)
    body["rooms"][0]["adults"] = 2
    booking = people.guest.post("/bookings", body, key=new_key())
    assert booking.status_code == 201, booking.text
    assert (booking.json["charges"], booking.json["charges_amount"]) == (expected, 550_000)
    assert booking.json["total_amount"] == 2_550_002
    wrong = people.guest.post("/bookings", body | {"expected_total": 2_000_002}, key=new_key())
    assert (wrong.status_code, wrong.json["code"]) == (409, "price_changed")
    assert (wrong.json["quote"]["charges"], wrong.json["quote"]["total_amount"]) == (expected, 2_550_002)


def test_the_day_of_arrival_decides_for_the_whole_stay(api: Api, hotel: HotelForTests) -> None:
    factories.charge("VAT", 750, valid=Range(date(2025, 1, 1), in_days(11)))
    factories.charge("VAT", 1000, valid=Range(in_days(11), None))
    factories.charge("Old", 1000, valid=Range(date(2025, 1, 1), in_days(10)))
    assert [line["amount"] for line in offered(api, hotel, 10)["charges"]] == [150_000]
    assert [line["amount"] for line in offered(api, hotel, 11)["charges"]] == [200_000]


def test_a_booking_keeps_its_charges(api: Api, hotel: HotelForTests, people: People) -> None:
    charge = people.platform.post("/admin/charges", charge_facts()).json
    body = factories.booking_request(hotel)
    booking = people.guest.post("/bookings", body, key=new_key()).json
    assert people.platform.delete(f"/admin/charges/{charge['id']}").status_code == 204
    assert offered(api, hotel)["charges"] == []
    assert people.guest.get(f"/bookings/{booking['id']}").json["charges"] == booking["charges"] != []


def test_what_one_online_payment_cannot_carry_counts_what_comes_on_top(api: Api) -> None:
    hotel = factories.hotel(price=500_000_000)
    stay = {"check_in": in_days(10), "check_out": in_days(12)}
    assert cheapest(search(api, **stay))["payment_timing"] == "pay_now"
    factories.charge("VAT", 1)
    assert offered(api, hotel)["reasons"] == [{"reason": "amount_out_of_range"}]
    shown = cheapest(search(api, **stay))
    assert (shown["payment_timing"], shown["total_amount"]) == ("pay_at_hotel", 1_000_100_000)


def test_cheapest_first_counts_what_comes_on_top(api: Api) -> None:
    factories.hotel(name="Lagos", price=1_000_000, state="Lagos")
    factories.hotel(name="Ogun", price=1_050_000, state="Ogun")
    factories.charge("Consumption tax", 1000, state="Lagos")
    found = search(api, sort="price").json["items"]
    assert [(each["hotel"]["name"], each["cheapest"]["total_amount"]) for each in found] == [
        ("Ogun", 2_100_000),
        ("Lagos", 2_200_000),
    ]


def test_ends_are_set_and_names_do_not_overlap(people: People, hotel: HotelForTests) -> None:
    mine = f"/hotels/{hotel.id}/charges"
    first = people.owner.post(mine, charge_facts(name="Towels")).json
    assert people.owner.post(mine, charge_facts(name="towels")).json["code"] == "charges_overlap"
    ended = people.owner.patch(f"{mine}/{first['id']}", {"to": "2027-12-31"})
    assert (ended.status_code, ended.json["to"]) == (200, "2027-12-31")
    second = people.owner.post(mine, charge_facts(name="TOWELS", value=1000, **{"from": "2028-01-01"}))
    assert second.status_code == 201
    refused = people.owner.patch(f"{mine}/{first['id']}", {"to": None})
    assert (refused.status_code, refused.json["code"]) == (409, "charges_overlap")
    early = people.owner.patch(f"{mine}/{first['id']}", {"to": "2024-12-31"})
    assert (early.status_code, early.json["code"]) == (422, "invalid_days")
    assert [one["name"] for one in people.staff.get(mine).json["items"]] == ["Towels", "TOWELS"]
    assert people.owner.delete(f"{mine}/{first['id']}").status_code == 204
    assert people.owner.delete(f"{mine}/{first['id']}").status_code == 404
    assert audited() == [("hotel.edit_rates", "hotel_admin")] * 4


def test_a_hotel_touches_neither_the_platforms_nor_anothers(people: People, hotel: HotelForTests) -> None:
    state, other = factories.charge(), factories.charge("Towels", hotel_id=factories.hotel().id)
    for charge_id in (state, other):
        path = f"/hotels/{hotel.id}/charges/{charge_id}"
        people.refused(partial(Api.patch, path=path, body={"to": None}), owner=404, staff=403, guest=404)
        people.refused(partial(Api.delete, path=path), owner=404, staff=403, nobody=401)
    people.refused(lambda someone: someone.delete(f"/admin/charges/{other}"), owner=403, platform=404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0},
        {"value": 10_001},
        {"value": -5},
        {"kind": "per_dog"},
        {"from": "2025-02-30"},
        {"name": ""},
        {"x": 1},
    ],
)
def test_what_is_no_charge_is_refused(people: People, wrong: dict[str, Any]) -> None:
    answer = people.platform.post("/admin/charges", charge_facts(**wrong))
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")


def test_unknown_states_and_ends_before_beginnings(people: People) -> None:
    unknown = people.platform.post("/admin/charges", charge_facts(state="Atlantis"))
    assert (unknown.status_code, unknown.json["code"]) == (422, "unknown_state")
    assert people.platform.get("/admin/charges", state="Atlantis").json["code"] == "unknown_state"
    early = people.platform.post("/admin/charges", charge_facts(to="2024-01-01"))
    assert (early.status_code, early.json["code"]) == (422, "invalid_days")


def test_lists_ask_the_same_however_long_they_are(
    people: People, hotel: HotelForTests, count_statements: Callable[[], Any]
) -> None:
    for number in range(6):
        factories.charge(f"Levy {number}")
    with count_statements() as statements:
        assert len(people.platform.get("/admin/charges", state="Kano").json["items"]) == 6
    assert len(statements) == 2
    with count_statements() as statements:
        assert len(people.staff.get(f"/hotels/{hotel.id}/charges").json["items"]) == 6
    assert len(statements) == 3
