"""PATCH /hotels/{id}: who may, what it keeps, and that nobody's change is lost."""

import json
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.hotels.people import People, people_of, rows
from tests.surface import content


@pytest.fixture
def people(api: Api) -> People:
    hotel = factories.hotel(description="x" * 80, phone="+2348031234567")
    return people_of(api, hotel.id)


@pytest.fixture
def path(people: People) -> str:
    return f"/hotels/{people.hotel_id}"


def tag(api: Api, path: str) -> dict[str, str]:
    return {"If-Match": api.get(path).headers["ETag"]}


def test_what_is_told_is_written_and_the_rest_stays(people: People, path: str) -> None:
    before: Any = people.owner.get(path).json
    told = {"power_24h": True, "water": "treated", "location": {"lat": 6.5, "lon": 3.4}, "amenities": ["gym", "bar"]}
    answer = people.owner.patch(path, told, **tag(people.owner, path))
    assert answer.status_code == 200, answer.text
    after = answer.json
    assert {name: after[name] for name in told} == told | {"amenities": ["bar", "gym"]}
    assert {name: value for name, value in after.items() if name not in told} == {
        name: before[name] for name in after if name not in told
    }
    (log,) = rows("SELECT * FROM audit_log")
    assert (log["verb"], log["actor_role"], log["actor_id"]) == ("hotel.edit", "hotel_admin", people.owner_person.id)
    assert log["after"] == told | {"amenities": ["bar", "gym"]}
    assert (log["before"]["location"], log["before"]["amenities"]) == ({"lat": 6.4281, "lon": 3.4219}, [])
    assert (log["ip"], log["hotel_id"], log["request_id"]) == (
        "127.0.0.1",
        people.hotel_id,
        answer.headers["X-Request-Id"],
    )


def test_how_one_gets_in_is_told_to_its_own_people_alone(people: People, path: str) -> None:
    told = {"arrival_instructions": "The key is under the third stone."}
    assert (
        people.owner.patch(path, told, **{"If-Match": "*"}).json["arrival_instructions"] == told["arrival_instructions"]
    )
    insiders, others = (people.owner, people.staff, people.platform), (people.nobody, people.guest, people.other_owner)
    assert [each.get(path).json["arrival_instructions"] for each in insiders] == [told["arrival_instructions"]] * 3
    assert [each.get(path).json["arrival_instructions"] for each in others] == [None] * 3
    assert people.nobody.get(path).headers["Vary"] == "Authorization"


def test_null_takes_back_and_amenities_are_replaced(people: People, path: str) -> None:
    told = {"stars": None, "district": None, "security": ["cctv"], "amenities": ["wifi"]}
    people.owner.patch(path, told, **tag(people.owner, path))
    told = {"security": None, "amenities": []}
    after = people.owner.patch(path, told, **tag(people.owner, path)).json
    assert (after["stars"], after["security"], after["amenities"]) == (None, None, [])


def test_without_a_tag_nothing_is_changed(people: People, path: str) -> None:
    before = content()
    answer = people.owner.patch(path, {"stars": 3})
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")
    assert content() == before


@pytest.mark.parametrize("stale", ['"0"', '"99.abc"', 'W/"0.abc"', '""', "nonsense", '"1x"', '"-1"'])
def test_a_tag_that_is_not_the_present_one_changes_nothing(people: People, path: str, stale: str) -> None:
    before = content()
    answer = people.owner.patch(path, {"stars": 3}, **{"If-Match": stale})
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")
    assert content() == before


def test_of_two_who_read_the_same_the_second_is_told(people: People, path: str) -> None:
    read = tag(people.owner, path)
    first = people.owner.patch(path, {"stars": 3}, **read)
    assert people.platform.patch(path, {"stars": 5}, **read).status_code == 412
    assert people.owner.get(path).json["stars"] == 3
    assert people.platform.patch(path, {"stars": 5}, **{"If-Match": first.headers["ETag"]}).status_code == 200


def test_tags_may_be_many_weak_or_any(people: People, path: str) -> None:
    fresh = tag(people.owner, path)["If-Match"]
    for stars, sent in enumerate([f'"0", {fresh}', "*"], 1):
        assert people.owner.patch(path, {"stars": stars}, **{"If-Match": sent}).status_code == 200
    weak = f"W/{tag(people.owner, path)['If-Match']}"
    assert people.owner.patch(path, {"stars": 5}, **{"If-Match": weak}).status_code == 200


def test_what_changes_nothing_leaves_the_tag_and_no_trace(people: People, path: str) -> None:
    facts: Any = people.owner.get(path).json
    read = tag(people.owner, path)
    same = {"name": facts["name"], "location": facts["location"], "amenities": []}
    for told in ({}, same):
        assert people.owner.patch(path, told, **read).status_code == 200
    assert tag(people.owner, path) == read
    assert rows("SELECT * FROM audit_log") == []


def test_reading_again_costs_no_body_until_something_changed(people: People, path: str) -> None:
    first = people.nobody.get(path)
    read = {"If-None-Match": first.headers["ETag"]}
    client = people.nobody.app.test_client()
    again = client.get(f"/api/v1{path}", headers=read)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    factories.room_type(
        people.hotel_id, "Attic", 1, price=100_000, floor=9
    )  # the page shows it; the hotel's version stays
    page = client.get(f"/api/v1{path}", headers=read)
    assert (page.status_code, len(page.json["room_types"])) == (200, 2)
    assert people.owner.patch(path, {"stars": 3}, **{"If-Match": first.headers["ETag"]}).status_code == 200
    assert client.get(f"/api/v1{path}", headers={"If-None-Match": page.headers["ETag"]}).status_code == 200


def test_who_may_and_who_may_not(people: People, path: str) -> None:
    def change(someone: Api) -> Any:
        return someone.patch(path, {"stars": 2}, **{"If-Match": "*"})

    people.refused(change, nobody=401, guest=404, other_owner=404, staff=403)
    assert [change(someone).status_code for someone in (people.owner, people.platform)] == [200, 200]


def test_strangers_hear_404_before_they_hear_what_their_body_lacks(people: People, path: str) -> None:
    assert people.other_owner.patch(path, {"no_such": 1}).status_code == 404
    assert people.owner.patch(path, {"no_such": 1}).status_code == 422


@pytest.mark.parametrize("status", ["rejected", "closed"])
def test_a_hotel_that_is_over_stays_as_it_is(api: Api, status: str) -> None:
    people = people_of(api, factories.hotel(status=status).id)
    before = content()
    answer = people.owner.patch(f"/hotels/{people.hotel_id}", {"stars": 3}, **{"If-Match": "*"})
    assert (answer.status_code, answer.json["code"]) == (409, "hotel_is_over")
    assert content() == before


@pytest.mark.parametrize("status", ["submitted", "active", "paused", "suspended"])
def test_a_hotel_that_was_handed_in_keeps_what_the_checklist_demands(api: Api, status: str) -> None:
    people = people_of(api, factories.hotel(status=status, description="x" * 80, phone="+2348031234567").id)
    before = content()
    told = {"description": "short", "phone": None, "location": None, "city": None}
    answer = people.owner.patch(f"/hotels/{people.hotel_id}", told, **{"If-Match": "*"})
    assert (answer.status_code, answer.json["code"]) == (409, "not_ready")
    assert answer.json["missing"] == ["description", "city", "location", "phone"]
    assert content() == before
    # What it never told it may go on owing: hotels that are older than the question.
    assert people.owner.patch(f"/hotels/{people.hotel_id}", {"stars": 1}, **{"If-Match": "*"}).status_code == 200


def test_drafts_may_take_everything_back(api: Api) -> None:
    people = people_of(api, factories.hotel(status="draft").id)
    told = {"address": None, "city": None, "state": None, "location": None, "description": ""}
    answer = people.owner.patch(f"/hotels/{people.hotel_id}", told, **{"If-Match": "*"})
    assert (answer.status_code, answer.json["location"]) == (200, None)


def test_secrets_and_people_do_not_go_into_the_log(people: People, path: str) -> None:
    people.owner.patch(path, {"stars": 2}, **{"If-Match": "*"})
    told = json.dumps([dict(row) for row in rows("SELECT before, after FROM audit_log")])
    assert people.owner_person.email not in told
