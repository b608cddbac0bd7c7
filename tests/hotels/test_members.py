"""Who runs a hotel: looking, changing roles, leaving; the last admin stays."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api
from tests.hotels.people import People, audited, people_of, rows
from tests.surface import content


@pytest.fixture
def people(api: Api) -> People:
    return people_of(api, factories.hotel().id)


@pytest.fixture
def path(people: People) -> str:
    return f"/hotels/{people.hotel_id}/members"


def roles(people: People) -> dict[Any, str]:
    found = rows("SELECT user_id, role FROM hotel_members WHERE hotel_id = :id", id=people.hotel_id)
    return {row["user_id"]: row["role"] for row in found}


def test_the_list_tells_who_came_first_in_one_statement(
    people: People, path: str, count_statements: Callable[[], Any]
) -> None:
    factories.member(people.hotel_id, "hotel_staff")
    with count_statements() as statements:
        items = people.owner.get(path).json["items"]
    assert len(statements) == 2  # who asks, and the list
    assert [item["role"] for item in items] == ["hotel_admin", "hotel_staff", "hotel_staff"]
    assert items[0]["user_id"] == str(people.owner_person.id)
    assert items[0]["email"] == people.owner_person.email
    assert set(items[0]) == {"user_id", "full_name", "email", "role", "created_at"}


def test_who_sees_the_list(people: People, path: str) -> None:
    people.refused(lambda someone: someone.get(path), nobody=401, guest=404, other_owner=404, staff=403)
    assert people.platform.get(path).status_code == 200
    assert people.platform.get(f"/hotels/{new_id()}/members").status_code == 404


def test_a_role_is_changed_and_counts_at_once(people: People, path: str) -> None:
    member = f"{path}/{people.staff_person.id}"
    assert people.staff.get(path).status_code == 403
    answer = people.owner.patch(member, {"role": "hotel_admin"})
    assert (answer.status_code, answer.json["role"]) == (200, "hotel_admin")
    assert people.staff.get(path).status_code == 200
    (log,) = rows("SELECT * FROM audit_log")
    assert (log["verb"], log["subject"], log["subject_id"]) == ("member.change_role", "member", people.staff_person.id)
    assert (log["before"], log["after"]) == ({"role": "hotel_staff"}, {"role": "hotel_admin"})


def test_the_same_role_again_leaves_no_trace(people: People, path: str) -> None:
    before = content()
    assert people.owner.patch(f"{path}/{people.staff_person.id}", {"role": "hotel_staff"}).status_code == 200
    assert people.owner.patch(f"{path}/{people.owner_person.id}", {"role": "hotel_admin"}).status_code == 200
    assert content() == before


def test_a_member_is_removed_and_is_a_stranger_at_once(people: People, path: str) -> None:
    assert people.staff.get(f"/hotels/{people.hotel_id}/events").status_code == 200
    assert people.owner.delete(f"{path}/{people.staff_person.id}").status_code == 204
    assert people.staff.get(f"/hotels/{people.hotel_id}/events").status_code == 404
    assert list(roles(people)) == [people.owner_person.id]
    assert audited() == [("member.remove", "hotel_admin")]


def test_staff_may_leave_by_themselves(people: People, path: str) -> None:
    assert people.staff.delete(f"{path}/{people.staff_person.id}").status_code == 204
    assert list(roles(people)) == [people.owner_person.id]
    assert audited() == [("member.leave", "hotel_staff")]


def test_the_last_admin_neither_leaves_nor_steps_down(people: People, path: str) -> None:
    mine = f"{path}/{people.owner_person.id}"
    before = content()
    for attempt in (
        people.owner.delete(mine),
        people.owner.patch(mine, {"role": "hotel_staff"}),
        people.platform.delete(mine),
        people.platform.patch(mine, {"role": "hotel_staff"}),
    ):
        assert (attempt.status_code, attempt.json["code"]) == (409, "last_hotel_admin")
    assert content() == before


def test_of_two_admins_one_may_go(people: People, path: str) -> None:
    second = factories.member(people.hotel_id)
    assert people.owner.delete(f"{path}/{people.owner_person.id}").status_code == 204
    assert roles(people)[second.id] == "hotel_admin"


def test_who_may_not(people: People, path: str) -> None:
    staff, owner = f"{path}/{people.staff_person.id}", f"{path}/{people.owner_person.id}"

    def change(someone: Api) -> Any:
        return someone.patch(staff, {"role": "hotel_admin"})

    people.refused(change, nobody=401, guest=404, other_owner=404, staff=403)
    people.refused(lambda someone: someone.delete(owner), nobody=401, guest=404, other_owner=404, staff=403)
    people.refused(lambda someone: someone.delete(staff), nobody=401, guest=404, other_owner=404)


def test_members_of_other_hotels_are_none_here(people: People, api: Api, path: str) -> None:
    other = factories.member(factories.hotel().id)
    before = content()
    assert people.owner.delete(f"{path}/{other.id}").status_code == 404
    assert people.owner.patch(f"{path}/{other.id}", {"role": "hotel_staff"}).status_code == 404
    assert people.platform.delete(f"{path}/{new_id()}").status_code == 404
    assert content() == before


@pytest.mark.parametrize(
    "body",
    [{}, {"role": "platform_admin"}, {"role": "guest"}, {"role": None}, {"role": "hotel_admin", "user_id": "x"}],
)
def test_nobody_is_made_more_than_a_hotel_has(people: People, path: str, body: dict[str, Any]) -> None:
    before = content()
    assert people.owner.patch(f"{path}/{people.staff_person.id}", body).status_code == 422
    assert content() == before
