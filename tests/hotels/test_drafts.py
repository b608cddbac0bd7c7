"""POST /hotels: an owner's draft."""

from typing import Any

import pytest

from app.hotels import schemas
from tests import factories
from tests.api import Api
from tests.hotels.people import audited, rows
from tests.surface import content


@pytest.fixture
def owner(api: Api) -> Api:
    return api.as_(factories.verified(email="owner@example.com"))


def test_a_name_is_enough_and_makes_its_drafter_the_admin(api: Api, owner: Api) -> None:
    answer = owner.post("/hotels", {"name": "Amber  House\n"})
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["name"], made["slug"], made["status"]) == ("Amber House", "amber-house", "draft")
    assert (made["email"], made["location"], made["address"], made["amenities"]) == (
        "owner@example.com",
        None,
        None,
        [],
    )
    assert (made["time_zone"], made["currency"], made["country"]) == ("Africa/Lagos", "NGN", "NG")
    assert (made["check_in_from"], made["check_out_until"], made["power_24h"]) == ("14:00", "12:00", None)
    (place,) = owner.get("/users/me").json["memberships"]
    assert place == {"hotel_id": made["id"], "role": "hotel_admin"}
    assert owner.get(f"/hotels/{made['id']}").json["name"] == "Amber House"
    assert api.get(f"/hotels/{made['id']}").status_code == 404
    (line,) = rows("SELECT step, from_status, to_status, actor FROM hotel_status_log")
    assert line == {"step": "create", "from_status": None, "to_status": "draft", "actor": "hotel"}
    assert audited() == [("hotel.create", "guest")]


def test_everything_may_be_told_at_once(owner: Api) -> None:
    more = {
        "stars": 4,
        "district": "Ikoyi",
        "lga": "Eti-Osa",
        "check_in_from": "13:00",
        "check_in_until": "23:30",
        "check_out_until": "11:00",
        "arrival_instructions": "Ring twice.\nAsk for Ada.",
        "house_rules": "No shoes on the beds.",
        "minimum_age": 18,
        "id_rule": "government",
        "pets": "on_request",
        "smoking": "designated_areas",
        "parties": "not_allowed",
        "security": ["guards", "gated"],
        "parking_spaces": 12,
        "free_parking": True,
        "airport_pickup": "paid",
    }
    told = factories.hotel_facts(**more, amenities=["pool", "wifi", "wifi"])
    made = owner.post("/hotels", told).json
    assert {name: made[name] for name in more} == more
    assert made["amenities"] == ["wifi", "pool"]  # in the order of the catalogue
    assert made["phone"] == "+2348031234567"
    assert made["location"] == told["location"]
    page: Any = owner.get(f"/hotels/{made['id']}").json
    assert {name: page[name] for name in made} == made
    assert page["room_types"] == []


def test_an_unproved_address_drafts_nothing(api: Api) -> None:
    guest = api.as_(factories.person())
    before = content()
    answer = guest.post("/hotels", {"name": "Amber House"})
    assert (answer.status_code, answer.json["code"]) == (403, "email_not_verified")
    assert api.post("/hotels", {"name": "Amber House"}).status_code == 401
    assert content() == before


def test_slugs_are_made_of_names_and_unlike(owner: Api) -> None:
    names = ["Ọ̀rún & Sea, Lekki", "Ọ̀rún & Sea, Lekki", "日本旅館", "x" * 120]
    slugs = [owner.post("/hotels", {"name": name}).json["slug"] for name in names]
    assert (slugs[0], slugs[2], slugs[3]) == ("orun-sea-lekki", "hotel", "x" * 60)
    assert slugs[1].startswith("orun-sea-lekki-")
    assert len(set(slugs)) == 4


def test_a_slug_stays_when_the_name_changes(owner: Api) -> None:
    made = owner.post("/hotels", {"name": "Amber House"})
    path = f"/hotels/{made.json['id']}"
    changed = owner.patch(path, {"name": "Blue House"}, **{"If-Match": made.headers["ETag"]})
    assert (changed.json["name"], changed.json["slug"]) == ("Blue House", "amber-house")


def test_markup_stays_text(owner: Api) -> None:
    text = "<script>alert('x')</script> & \"Sons\" {{ 7*7 }} Ọláńrewájú 🏨"
    made = owner.post("/hotels", {"name": text, "description": text, "house_rules": text}).json
    assert (made["name"], made["description"], made["house_rules"]) == (text, text, text)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"location": {"lat": 3.42, "lon": 6.43}}, "outside_nigeria"),  # Lagos, swapped
    ({"location": {"lat": -6.43, "lon": 3.42}}, "outside_nigeria"),
    ({"location": {"lat": 51.5, "lon": -0.1}}, "outside_nigeria"),
    ({"location": {"lat": 0, "lon": 0}}, "outside_nigeria"),
    ({"location": {"lat": 91, "lon": 3.4}}, "validation_error"),
    ({"location": {"lat": 6.4}}, "validation_error"),
    ({"location": {"lat": "6.4", "lon": "3.4"}}, "validation_error"),
    ({"location": {"lat": True, "lon": 3.4}}, "validation_error"),
    ({"location": [6.4, 3.4]}, "validation_error"),
    ({"state": "Atlantis"}, "unknown_state"),
    ({"state": ""}, "validation_error"),
    ({"time_zone": "Africa/Lagos2"}, "validation_error"),
    ({"time_zone": "../../etc/passwd"}, "validation_error"),
    ({"time_zone": "EST"}, "validation_error"),
    ({"time_zone": "+01:00"}, "validation_error"),
    ({"currency": "USD"}, "validation_error"),
    ({"country": "Nigeria"}, "validation_error"),
    ({"check_in_from": "24:00"}, "validation_error"),
    ({"check_in_from": "2 pm"}, "validation_error"),
    ({"check_in_from": "14:00:00"}, "validation_error"),
    ({"check_in_from": None}, "validation_error"),
    ({"stars": 6}, "validation_error"),
    ({"stars": "4"}, "validation_error"),
    ({"power_24h": "true"}, "validation_error"),
    ({"power_24h": 1}, "validation_error"),
    ({"generator_hours": 25}, "validation_error"),
    ({"water": "well"}, "validation_error"),
    ({"security": ["dragon"]}, "validation_error"),
    ({"airport_pickup": True}, "validation_error"),
    ({"amenities": ["wifi", "dragon"]}, "unknown_amenity"),
    ({"amenities": ["wifi"] * 61}, "validation_error"),
    ({"name": " \n "}, "validation_error"),
    ({"name": "x" * 121}, "validation_error"),
    ({"description": "x" * 4001}, "validation_error"),
    ({"email": "desk"}, "validation_error"),
    ({"phone": "1"}, "validation_error"),
    ({"status": "active"}, "validation_error"),
    ({"slug": "mine"}, "validation_error"),
    ({"version": 7}, "validation_error"),
    ({"owner_email": "eve@example.com"}, "validation_error"),
]


@pytest.mark.parametrize(("member", "code"), WRONG, ids=[str(member)[:40] for member, _ in WRONG])
def test_what_cannot_be_is_refused(owner: Api, member: dict[str, Any], code: str) -> None:
    before = content()
    answer = owner.post("/hotels", factories.hotel_facts() | member)
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    assert content() == before


def test_a_time_zone_that_the_database_does_not_know(owner: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that Python lists may be of another year than the database's, or of another package."""
    monkeypatch.setattr(schemas, "_time_zones", lambda: frozenset({"Africa/Lagos", "Africa/Nowhere"}))
    assert owner.post("/hotels", {"name": "A", "time_zone": "Africa/Lagos"}).status_code == 201
    before = content()
    answer = owner.post("/hotels", {"name": "B", "time_zone": "Africa/Nowhere"})
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_time_zone")
    assert content() == before


def test_a_refusal_says_what_is_there(owner: Api) -> None:
    assert owner.post("/hotels", {"name": "A", "amenities": ["dragon", "wifi"]}).json["codes"] == ["dragon"]
    (said,) = owner.post("/hotels", {"name": "A", "state": "Atlantis"}).json["errors"]["json"]["state"]
    assert "Zamfara" in said


@pytest.mark.parametrize(
    ("given", "kept"), [("lagos", "Lagos"), ("  CROSS   river ", "Cross River"), ("Federal Capital Territory", "FCT")]
)
def test_states_are_spelled_our_way(owner: Api, given: str, kept: str) -> None:
    assert owner.post("/hotels", {"name": "A", "state": given}).json["state"] == kept


def test_abroad_the_states_and_the_box_of_nigeria_do_not_count(owner: Api) -> None:
    told = {"name": "A", "country": "GH", "state": "Ashanti", "location": {"lat": 6.7, "lon": -1.6}}
    assert owner.post("/hotels", told).status_code == 201


def test_the_catalogue_is_public(api: Api) -> None:
    items = api.get("/amenities").json["items"]
    assert items[0] == {"code": "wifi", "name": "Wi-Fi", "category": "essentials"}
    codes = [item["code"] for item in items]
    assert len(codes) == len(set(codes)) == 33
