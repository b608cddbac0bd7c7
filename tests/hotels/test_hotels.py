"""Hotels as anybody sees them, and as their own people do."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api

HIDDEN = ["draft", "submitted", "changes_requested", "rejected", "paused", "suspended", "closed"]


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


def test_active_hotels_are_listed_oldest_first_page_by_page(api: Api, count_statements: Callable[[], Any]) -> None:
    made = [str(factories.hotel(name=f"House {number}").id) for number in range(5)]
    factories.hotel(status="draft")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    pages = 0
    with count_statements() as statements:
        while True:
            answer: Any = api.get("/hotels", limit=2, **cursor)
            seen += [item["id"] for item in answer.json["items"]]
            pages += 1
            if answer.json["next_cursor"] is None:
                break
            cursor = {"cursor": answer.json["next_cursor"]}
    assert (seen, pages, len(statements)) == (made, 3, 3)


def test_the_list_is_narrowed_by_city_state_and_name(api: Api) -> None:
    factories.hotel(name="Amber House", city="Lagos", state="Lagos", district="Ikoyi")
    factories.hotel(name="Blue House", city="Ibadan", state="Oyo")
    factories.hotel(name="100% Wool", city="Kano", state="Kano")
    assert names(api.get("/hotels", city="ibadan")) == ["Blue House"]
    assert names(api.get("/hotels", state="LAGOS")) == ["Amber House"]
    assert names(api.get("/hotels", q="house")) == ["Amber House", "Blue House"]
    assert names(api.get("/hotels", q="ikoyi")) == ["Amber House"]
    assert names(api.get("/hotels", q="%")) == ["100% Wool"]
    assert names(api.get("/hotels", q="'; DROP TABLE hotels; --")) == []
    assert len(names(api.get("/hotels"))) == 3


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "1e9"}, {"cursor": "nonsense!"}, {"sort": "id"}]
)
def test_case_69_what_the_list_does_not_know_is_refused(api: Api, query: dict[str, Any]) -> None:
    assert api.get("/hotels", **query).status_code == 422


def test_a_hotel_shows_its_facts_and_room_types(api: Api, count_statements: Callable[[], Any]) -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1}, name="Amber House")
    with count_statements() as statements:
        answer: Any = api.get(f"/hotels/{hotel.id}")
    assert (answer.status_code, len(statements)) == (200, 2)
    facts = answer.json
    assert (facts["name"], facts["location"]) == ("Amber House", {"lat": 6.4281, "lon": 3.4219})
    assert (facts["time_zone"], facts["check_in_from"], facts["check_out_until"]) == ("Africa/Lagos", "14:00", "12:00")
    assert [(each["name"], each["max_occupancy"]) for each in facts["room_types"]] == [("Deluxe", 3), ("Suite", 3)]


def test_an_unknown_hotel_is_not_found(api: Api) -> None:
    answer: Any = api.get(f"/hotels/{new_id()}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert api.get("/hotels/1 OR 1=1").status_code == 404


@pytest.mark.parametrize("status", HIDDEN)
def test_hotels_that_are_not_active_are_hidden_from_strangers(api: Api, status: str) -> None:
    hotel = factories.hotel(status=status)
    assert api.get(f"/hotels/{hotel.id}").status_code == 404
    assert names(api.get("/hotels")) == []


def test_members_and_platform_admins_see_a_hidden_hotel_others_do_not(api: Api) -> None:
    hotel, other = factories.hotel(status="draft"), factories.hotel()
    allowed = [
        factories.member(hotel.id),
        factories.member(hotel.id, "hotel_staff"),
        factories.person(role="platform_admin"),
    ]
    denied = [factories.person(), factories.member(other.id)]
    path = f"/hotels/{hotel.id}"
    assert [api.as_(person).get(path).status_code for person in allowed] == [200, 200, 200]
    assert [api.as_(person).get(path).status_code for person in denied] == [404, 404]
