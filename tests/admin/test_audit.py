"""Reading the audit log: all of it, or a hotel's."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.admin.plans import analyze, explained
from tests.api import Api
from tests.hotels.people import People, people_of, rows
from tests.payments.stage import run

EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
WHY = {"reason": "Fire"}
MANY = """
INSERT INTO audit_log (actor_id, actor_role, verb, subject, subject_id, hotel_id, at)
SELECT gen_random_uuid(), 'hotel_admin', 'hotel.edit', 'hotel', gen_random_uuid(), gen_random_uuid(),
       clock_timestamp() - make_interval(mins => 5000 - n)
FROM generate_series(1, 5000) AS n
"""


@pytest.fixture
def people(api: Api) -> People:
    """Of a hotel in whose house three things were done: its owner paused it, the platform suspended and reinstated it."""
    made = people_of(api, factories.hotel().id)
    assert made.owner.post(f"/hotels/{made.hotel_id}/pause").status_code == 200
    assert made.platform.post(f"/admin/hotels/{made.hotel_id}/suspend", WHY).status_code == 200
    assert made.platform.post(f"/admin/hotels/{made.hotel_id}/reinstate").status_code == 200
    return made


def verbs(someone: Api, path: str = "/admin/audit", **query: Any) -> list[str]:
    answer = someone.get(path, **query)
    assert answer.status_code == 200, answer.text
    return [row["verb"] for row in answer.json["items"]]


class TestAllOfIt:
    def test_by_who_what_whom_where_and_when(self, people: People) -> None:
        other = factories.person()
        assert people.platform.get(f"/admin/users/{other.id}").status_code == 200
        platform, ours = people.platform, {"hotel_id": str(people.hotel_id)}
        assert verbs(platform) == ["user.view", "hotel.reinstate", "hotel.suspend", "hotel.pause"]
        assert verbs(platform, **ours) == ["hotel.reinstate", "hotel.suspend", "hotel.pause"]
        assert verbs(platform, actor_id=str(people.owner_person.id)) == ["hotel.pause"]
        assert verbs(platform, verb="hotel.suspend") == ["hotel.suspend"]
        assert verbs(platform, subject="user") == ["user.view"]
        assert verbs(platform, subject="user", subject_id=str(other.id)) == ["user.view"]
        assert verbs(platform, subject="hotel", subject_id=str(other.id)) == []
        # A day more on either side: it may be past midnight in Lagos.
        before, after = factories.in_days(-2).isoformat(), factories.in_days(2).isoformat()
        assert len(verbs(platform, **{"from": before, "to": after}, **ours)) == 3
        assert verbs(platform, **{"from": after}) == []
        assert verbs(platform, to=before) == []

    def test_a_row_says_who_did_what_from_where(self, people: People) -> None:
        (row,) = people.platform.get("/admin/audit", verb="hotel.pause").json["items"]
        assert (row["actor_email"], row["actor_role"]) == (people.owner_person.email, "hotel_admin")
        assert (row["before"], row["after"]) == ({"status": "active"}, {"status": "paused"})
        assert (row["ip"], row["subject_id"]) == ("127.0.0.1", str(people.hotel_id))
        assert len(row["request_id"]) == 36

    def test_it_outlives_who_did_it(self, people: People) -> None:
        (row,) = rows("SELECT actor_id FROM audit_log WHERE verb = 'hotel.pause'")
        run("DELETE FROM sessions WHERE user_id = :id", id=row["actor_id"])
        run("DELETE FROM known_addresses WHERE user_id = :id", id=row["actor_id"])
        run("DELETE FROM hotel_members WHERE user_id = :id", id=row["actor_id"])
        run("DELETE FROM users WHERE id = :id", id=row["actor_id"])
        (told,) = people.platform.get("/admin/audit", verb="hotel.pause").json["items"]
        assert (told["actor_id"], told["actor_email"]) == (str(row["actor_id"]), None)

    def test_pages_stay_whole_while_more_is_done(self, people: People, count_statements: Callable[[], Any]) -> None:
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(2):
            with count_statements() as statements:
                page = people.platform.get("/admin/audit", limit=2, **cursor).json
            assert len(statements) == 2  # who asks, and the page
            seen += [row["verb"] for row in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
            people.platform.get(f"/admin/users/{factories.person().id}")
        assert (seen, page["next_cursor"]) == (["hotel.reinstate", "hotel.suspend", "hotel.pause"], None)

    def test_the_platforms_people_alone(self, people: People) -> None:
        people.refused(lambda someone: someone.get("/admin/audit"), **EVERYBODY_ELSE)


class TestOfAHotel:
    def path(self, people: People) -> str:
        return f"/hotels/{people.hotel_id}/audit"

    def test_its_admins_read_what_was_done_in_its_house(self, api: Api, people: People) -> None:
        other = people_of(api, factories.hotel().id)
        other.owner.post(f"/hotels/{other.hotel_id}/pause")
        people.platform.get(f"/admin/users/{people.staff_person.id}")
        told = people.owner.get(self.path(people)).json["items"]
        assert [row["verb"] for row in told] == ["hotel.reinstate", "hotel.suspend", "hotel.pause"]
        assert all("ip" not in row for row in told)
        mine, theirs = told[2], told[1]
        assert (mine["actor_email"], mine["actor_role"]) == (people.owner_person.email, "hotel_admin")
        assert (theirs["actor_id"], theirs["actor_email"], theirs["actor_role"]) == (None, None, "platform_admin")

    def test_filters_and_pages(self, people: People) -> None:
        path = self.path(people)
        assert verbs(people.owner, path, verb="hotel.pause") == ["hotel.pause"]
        assert verbs(people.owner, path, actor_id=str(people.owner_person.id)) == ["hotel.pause"]
        page = people.owner.get(path, limit=2).json
        assert verbs(people.owner, path, cursor=page["next_cursor"]) == ["hotel.pause"]
        assert verbs(people.platform, path) == ["hotel.reinstate", "hotel.suspend", "hotel.pause"]

    def test_who_of_the_platform_it_was_cannot_be_guessed(self, people: People) -> None:
        (row,) = rows("SELECT actor_id FROM audit_log WHERE verb = 'hotel.suspend'")
        assert verbs(people.owner, self.path(people), actor_id=str(row["actor_id"])) == []
        assert verbs(people.platform, actor_id=str(row["actor_id"])) == ["hotel.reinstate", "hotel.suspend"]

    def test_who_may_not(self, people: People) -> None:
        refused = {"nobody": 401, "guest": 404, "other_owner": 404, "staff": 403}
        people.refused(lambda someone: someone.get(self.path(people)), **refused)

    def test_another_hotel_cannot_be_named_beside(self, people: People) -> None:
        assert people.owner.get(self.path(people), hotel_id=str(new_id())).status_code == 422

    def test_a_hotel_where_nothing_was_done_and_one_that_is_not_there(self, people: People) -> None:
        quiet = factories.hotel().id
        assert people.platform.get(f"/hotels/{quiet}/audit").json == {"items": [], "next_cursor": None}
        assert people.platform.get(f"/hotels/{new_id()}/audit").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "A" * 22},  # of a list that goes by ids
        {"cursor": "é"},
        {"actor_id": "1"},
        {"subject_id": "job 7"},
        {"verb": "x" * 65},
        {"subject": ""},
        {"from": "2026-13-01"},
        {"from": "2026-11-25", "to": "2026-11-24"},
        {"to": "9999-12-31"},
        {"actor": "ada@example.com"},
        {"ip": "127.0.0.1"},
        {"limit": "101"},
    ],
)
@pytest.mark.parametrize("path", ["/admin/audit", "/hotels/{}/audit"])
def test_what_is_not_known_is_refused(api: Api, path: str, query: dict[str, str]) -> None:
    platform = api.as_(factories.person(role="platform_admin"))
    assert platform.get(path.format(new_id()), **query).status_code == 422


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "pk_audit_log"),
        ({"actor_id": "{id}"}, "ix_audit_log_actor_id"),
        ({"subject_id": "{id}"}, "ix_audit_log_subject_id"),
        ({"subject": "hotel", "subject_id": "{id}"}, "ix_audit_log_subject_id"),
        ({"hotel_id": "{id}"}, "ix_audit_log_hotel_id"),
        ({"verb": "user.suspend"}, "ix_audit_log_verb"),
        ({"from": "{tomorrow}"}, "ix_audit_log_at"),
        ({"to": "{tomorrow}"}, "pk_audit_log"),
        ({"actor_id": "{id}", "verb": "hotel.edit"}, "ix_audit_log_actor_id"),
    ],
)
def test_no_question_reads_the_whole_log(api: Api, query: dict[str, str], index: str) -> None:
    platform = api.as_(factories.person(role="platform_admin"))
    run(MANY)
    analyze("audit_log")
    known = {name: value.format(id=new_id(), tomorrow=factories.in_days(1)) for name, value in query.items()}
    with explained("audit_log") as plans:
        verbs(platform, **known)
    (plan,) = plans
    assert index in plan
    assert "Seq Scan on audit_log" not in plan
