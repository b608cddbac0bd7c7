"""The approval queue."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.api import Api
from tests.hotels.people import people_of
from tests.payments.stage import run


@pytest.fixture
def platform(api: Api) -> Api:
    return api.as_(factories.person(role="platform_admin"))


def aged(hotel_id: Any, minutes: int) -> None:
    run(
        "UPDATE hotels SET status_changed_at = now() - make_interval(mins => :m) WHERE id = :id", m=minutes, id=hotel_id
    )


def test_who_waits_longest_comes_first_page_by_page(platform: Api, count_statements: Callable[[], Any]) -> None:
    waiting = [str(factories.hotel(status="submitted").id) for _ in range(5)]
    for minutes, hotel_id in zip((5, 50, 20, 20, 1), waiting, strict=True):
        aged(hotel_id, minutes)
    run(
        "UPDATE hotels SET status_changed_at = (SELECT min(status_changed_at) FROM hotels WHERE id = :a) WHERE id = :b",
        a=waiting[2],
        b=waiting[3],
    )  # at the same instant: ids decide
    factories.hotel(status="active")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    with count_statements() as statements:
        for _ in range(3):
            page = platform.get("/admin/hotels", limit=2, **cursor).json
            seen += [item["id"] for item in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
    assert page["next_cursor"] is None
    assert seen == [waiting[1], waiting[2], waiting[3], waiting[0], waiting[4]]
    assert len(statements) == 6  # two a page: who asks, and the page


def test_submitting_again_puts_a_hotel_at_the_end(api: Api, platform: Api) -> None:
    owner = api.as_(factories.verified())
    first, second = (owner.post("/hotels", factories.hotel_facts(name=name)).json["id"] for name in ("First", "Second"))
    for hotel_id in (first, second):
        owner.post(f"/hotels/{hotel_id}/submit")
    assert platform.post(f"/admin/hotels/{first}/request-changes", {"reason": "More, please"}).status_code == 200
    owner.post(f"/hotels/{first}/submit")
    items = platform.get("/admin/hotels").json["items"]
    assert [item["id"] for item in items] == [second, first]
    assert items[0]["status_changed_at"] < items[1]["status_changed_at"]


def test_other_states_can_be_asked_for(platform: Api) -> None:
    suspended = str(factories.hotel(status="suspended").id)
    draft = str(factories.hotel(status="draft", location=None, city=None).id)
    assert [item["id"] for item in platform.get("/admin/hotels", status="suspended").json["items"]] == [suspended]
    (found,) = platform.get("/admin/hotels", status="draft").json["items"]
    assert (found["id"], found["location"]) == (draft, None)
    assert platform.get("/admin/hotels").json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query",
    [{"status": "nice"}, {"limit": 0}, {"limit": 101}, {"cursor": "x"}, {"cursor": "é"}, {"cursor": "f" + "_" * 31}],
)
def test_what_the_queue_does_not_know_is_refused(platform: Api, query: dict[str, Any]) -> None:
    assert platform.get("/admin/hotels", **query).status_code == 422


def test_the_platforms_people_alone_see_it(api: Api) -> None:
    people = people_of(api, factories.hotel(status="submitted").id)
    everybody_else = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
    people.refused(lambda someone: someone.get("/admin/hotels"), **everybody_else)
    assert people.platform.get("/admin/hotels").status_code == 200
