"""The log of a hotel's events over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.announce import HotelEvent, announce
from app.core.columns import new_id
from app.core.db import transaction
from tests.api import Api
from tests.factories import HotelForTests, hotel, member, person


@pytest.fixture
def busy(api: Api) -> HotelForTests:
    """A hotel with five events."""
    place = hotel()
    with transaction() as session:
        announce(session, *(HotelEvent(place.id, "new_booking", {"reference": f"R{n}"}) for n in range(1, 6)))
    return place


def test_a_member_reads_the_log_page_by_page(api: Api, busy: HotelForTests) -> None:
    staff = api.as_(member(busy.id, "hotel_staff"))
    first = staff.get(f"/hotels/{busy.id}/events", limit=3)
    assert first.status_code == 200
    assert [event["seq"] for event in first.get_json()["events"]] == [1, 2, 3]
    assert (first.get_json()["seq"], first.get_json()["more"]) == (3, True)
    second = staff.get(f"/hotels/{busy.id}/events", limit=3, after=first.get_json()["seq"]).get_json()
    assert [event["data"]["reference"] for event in second["events"]] == ["R4", "R5"]
    assert (second["seq"], second["more"]) == (5, False)
    third = staff.get(f"/hotels/{busy.id}/events", after=5).get_json()
    assert third == {"seq": 5, "events": [], "more": False}


def test_a_full_last_page_has_no_more(api: Api, busy: HotelForTests) -> None:
    answer = api.as_(member(busy.id)).get(f"/hotels/{busy.id}/events", limit=5).get_json()
    assert (len(answer["events"]), answer["seq"], answer["more"]) == (5, 5, False)


def test_an_event_is_told_as_its_dashboards_heard_it(api: Api, busy: HotelForTests) -> None:
    answer = api.as_(person(role="platform_admin")).get(f"/hotels/{busy.id}/events", limit=1).get_json()
    (event,) = answer["events"]
    assert event.keys() == {"seq", "event", "data"}
    assert event["event"] == "new_booking"
    assert event["data"].keys() == {"seq", "hotel_id", "timestamp", "reference"}
    assert event["data"]["hotel_id"] == str(busy.id)


def test_strangers_do_not_learn_that_it_exists(api: Api, busy: HotelForTests) -> None:
    path = f"/hotels/{busy.id}/events"
    assert api.get(path).status_code == 401
    for someone in (person(), member(hotel().id)):
        answer = api.as_(someone).get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
        assert "events" not in answer.get_json()
    admin = api.as_(person(role="platform_admin"))
    assert admin.get(f"/hotels/{new_id()}/events").status_code == 404


@pytest.mark.parametrize("query", [{"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 501}, {"before": 1}])
def test_odd_questions_are_refused(api: Api, busy: HotelForTests, query: dict[str, Any]) -> None:
    assert api.as_(member(busy.id)).get(f"/hotels/{busy.id}/events", **query).status_code == 422


def test_it_costs_two_statements(api: Api, busy: HotelForTests, count_statements: Callable[[], Any]) -> None:
    staff = api.as_(member(busy.id))
    with count_statements() as statements:
        assert staff.get(f"/hotels/{busy.id}/events").status_code == 200
    assert len(statements) == 2, str(statements)
