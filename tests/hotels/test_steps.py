"""A hotel in its own people's hands: handed in, paused, resumed, closed."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api, new_key
from tests.hotels.people import audited, mailed, people_of, rows
from tests.payments.stage import run
from tests.surface import content

REQUIRED = [
    "name",
    "description",
    "address",
    "city",
    "state",
    "location",
    "times",
    "email",
    "phone",
    "power",
    "water",
]
ROUTES = ["submit", "pause", "resume", "close"]


@pytest.fixture
def owner(api: Api) -> Api:
    return api.as_(factories.verified(email="owner@example.com"))


def status_of(hotel_id: Any) -> str:
    (row,) = rows("SELECT status FROM hotels WHERE id = :id", id=hotel_id)
    return str(row["status"])


class TestSubmitting:
    def test_a_whole_draft_is_handed_in_without_rooms(self, owner: Api) -> None:
        hotel_id = owner.post("/hotels", factories.hotel_facts()).json["id"]
        answer = owner.post(f"/hotels/{hotel_id}/submit", {"reason": "We open in May"})
        assert (answer.status_code, answer.json["status"]) == (200, "submitted"), answer.text
        assert audited() == [("hotel.create", "guest"), ("hotel.submit", "hotel_admin")]
        assert mailed("hotel_moved") == [("owner@example.com", "We have received Amber House")]
        (log,) = rows("SELECT * FROM hotel_status_log WHERE step = 'submit'")
        assert (log["actor"], log["reason"], log["to_status"]) == ("hotel", "We open in May", "submitted")

    def test_a_draft_with_gaps_is_told_all_of_them(self, owner: Api) -> None:
        hotel_id = owner.post("/hotels", {"name": "Amber House"}).json["id"]
        before = content()
        answer = owner.post(f"/hotels/{hotel_id}/submit")
        assert (answer.status_code, answer.json["code"]) == (409, "not_ready")
        assert answer.json["missing"] == [item for item in REQUIRED if item not in {"name", "times", "email"}]
        assert content() == before

    @pytest.mark.parametrize(
        ("member", "item"),
        [
            ({"description": "x" * 79}, "description"),
            ({"power_24h": None}, "power"),
            ({"generator_hours": None}, "power"),
            ({"has_inverter": None}, "power"),
            ({"has_solar": None}, "power"),
            ({"water": None}, "water"),
            ({"phone": None}, "phone"),
            ({"location": None}, "location"),
        ],
    )
    def test_each_item_is_demanded(self, owner: Api, member: dict[str, Any], item: str) -> None:
        hotel_id = owner.post("/hotels", factories.hotel_facts(**member)).json["id"]
        assert owner.post(f"/hotels/{hotel_id}/submit").json["missing"] == [item]

    def test_after_changes_were_requested_it_is_handed_in_again(self, api: Api, owner: Api) -> None:
        platform = api.as_(factories.person(role="platform_admin"))
        hotel_id = owner.post("/hotels", factories.hotel_facts()).json["id"]
        assert owner.post(f"/hotels/{hotel_id}/submit").status_code == 200
        told = {"reason": "Show us the gate"}
        assert platform.post(f"/admin/hotels/{hotel_id}/request-changes", told).status_code == 200
        assert owner.get(f"/hotels/{hotel_id}/checklist").json["decision"]["reason"] == "Show us the gate"
        assert owner.post(f"/hotels/{hotel_id}/submit").json["status"] == "submitted"
        received = [subject for _, subject in mailed("hotel_moved") if subject.startswith("We have received")]
        assert len(received) == 2


class TestTheChecklist:
    def test_it_tells_items_inventory_and_the_platforms_word(
        self, api: Api, owner: Api, count_statements: Callable[[], Any]
    ) -> None:
        hotel_id = owner.post("/hotels", {"name": "Amber House"}).json["id"]
        with count_statements() as statements:
            told = owner.get(f"/hotels/{hotel_id}/checklist").json
        assert len(statements) == 4
        assert [item["item"] for item in told["items"]] == [*REQUIRED, "inventory"]
        assert [item["item"] for item in told["items"] if item["is_done"]] == ["name", "times", "email"]
        assert told["items"][-1] == {"item": "inventory", "is_done": False, "is_required": False}
        assert (told["status"], told["decision"]) == ("draft", None)
        assert told["missing"] == [item for item in REQUIRED if item not in {"name", "times", "email"}]

    def test_inventory_is_a_room_with_a_price_on_sale(self, api: Api) -> None:
        hotel = factories.hotel(status="draft")
        owner = api.as_(factories.member(hotel.id))

        def has_inventory() -> bool:
            told = owner.get(f"/hotels/{hotel.id}/checklist").json
            return bool(told["items"][-1]["is_done"])

        assert has_inventory()
        run("UPDATE rate_spans SET days = daterange(current_date - 9, current_date - 1)")
        assert not has_inventory()

    def test_members_and_the_platform_read_it(self, api: Api) -> None:
        people = people_of(api, factories.hotel().id)
        path = f"/hotels/{people.hotel_id}/checklist"
        people.refused(lambda someone: someone.get(path), nobody=401, guest=404, other_owner=404)
        allowed = (people.owner, people.staff, people.platform)
        assert [someone.get(path).status_code for someone in allowed] == [200] * 3
        assert people.platform.get(f"/hotels/{new_id()}/checklist").status_code == 404


class TestPausing:
    def test_a_pause_and_its_end(self, api: Api) -> None:
        hotel = factories.hotel()
        people = people_of(api, hotel.id)
        path = f"/hotels/{hotel.id}"
        assert people.owner.post(f"{path}/pause", {"reason": "New pipes"}).json["status"] == "paused"
        stay = {"check_in": factories.in_days(10).isoformat(), "check_out": factories.in_days(12).isoformat()}
        near = {"lat": factories.VICTORIA_ISLAND[0], "lon": factories.VICTORIA_ISLAND[1]} | stay

        def found() -> list[str]:
            return [item["hotel"]["id"] for item in api.get("/hotels/search", **near).json["items"]]

        assert str(hotel.id) not in found()
        assert api.get(f"{path}/offers", **stay).status_code == 404
        assert str(hotel.id) not in [item["id"] for item in api.get("/hotels").json["items"]]
        answer = people.guest.post("/bookings", factories.booking_request(hotel), key=new_key())
        assert (answer.status_code, answer.json["reasons"]) == (422, [{"reason": "hotel_not_selling"}])
        assert people.owner.post(f"{path}/resume").json["status"] == "active"
        assert str(hotel.id) in found()
        assert audited() == [("hotel.pause", "hotel_admin"), ("hotel.resume", "hotel_admin")]
        assert mailed("hotel_moved") == []

    def test_its_own_people_do_not_lift_a_suspension(self, api: Api) -> None:
        people = people_of(api, factories.hotel(status="suspended").id)
        before = content()
        answer = people.owner.post(f"/hotels/{people.hotel_id}/resume")
        assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")
        assert answer.json["allowed"] == ["close", "reinstate"]
        assert content() == before


class TestClosing:
    def test_a_hotel_without_guests_to_come_is_closed(self, api: Api) -> None:
        people = people_of(api, factories.hotel(name="Amber House", email="desk@amber.example").id)
        answer = people.owner.post(f"/hotels/{people.hotel_id}/close")
        assert answer.json["status"] == "closed"
        told = sorted(["desk@amber.example", people.owner_person.email])
        assert mailed("hotel_moved") == [(address, "Amber House is closed") for address in told]
        assert people.owner.get(f"/hotels/{people.hotel_id}").json["status"] == "closed"
        assert people.guest.get(f"/hotels/{people.hotel_id}").status_code == 404

    @pytest.mark.parametrize(
        ("change", "count"),
        [
            ("status = 'pending_payment'", 1),
            ("status = 'confirmed'", 1),
            ("status = 'confirmed', stay = daterange(current_date - 3, (now() AT TIME ZONE 'Africa/Lagos')::date)", 1),
            ("status = 'checked_in', stay = daterange(current_date - 9, current_date - 5)", 1),
            ("status = 'confirmed', stay = daterange(current_date - 9, current_date - 5)", 0),
            ("status = 'pending_payment', release_at = clock_timestamp()", 0),
            ("status = 'expired'", 0),
            ("status = 'cancelled'", 0),
            ("status = 'checked_out'", 0),
            ("status = 'no_show'", 0),
        ],
    )
    def test_guests_to_come_keep_it_open(self, api: Api, change: str, count: int) -> None:
        hotel = factories.hotel()
        people = people_of(api, hotel.id)
        assert people.guest.post("/bookings", factories.booking_request(hotel), key=new_key()).status_code == 201
        run(f"UPDATE bookings SET {change}")
        before = content()
        answer = people.owner.post(f"/hotels/{hotel.id}/close")
        if count:
            assert (answer.status_code, answer.json["code"], answer.json["count"]) == (409, "has_future_bookings", 1)
            assert content() == before
        else:
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("route", ROUTES)
def test_its_admins_alone_take_its_steps(api: Api, route: str) -> None:
    people = people_of(api, factories.hotel().id)

    def take(someone: Api) -> Any:
        return someone.post(f"/hotels/{people.hotel_id}/{route}")

    people.refused(take, nobody=401, guest=404, other_owner=404, staff=403, platform=403)


@pytest.mark.parametrize("route", ROUTES)
def test_only_a_reason_is_taken_along(api: Api, route: str) -> None:
    people = people_of(api, factories.hotel().id)
    for body in ({"status": "active"}, {"reason": 7}, {"reason": "x" * 1001}, {"reason": ""}):
        assert people.owner.post(f"/hotels/{people.hotel_id}/{route}", body).status_code == 422
    assert status_of(people.hotel_id) == "active"


def test_a_suspended_account_does_nothing_more(api: Api) -> None:
    people = people_of(api, factories.hotel().id)
    run("UPDATE users SET status = 'suspended' WHERE id = :id", id=people.owner_person.id)
    people.refused(lambda someone: someone.post(f"/hotels/{people.hotel_id}/pause"), owner=401)
