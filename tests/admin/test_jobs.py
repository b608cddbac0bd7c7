"""Dead jobs: looked at, retried, given up."""

from typing import Any
from uuid import UUID

import pytest

from tests import factories
from tests.api import Api
from tests.hotels.people import people_of, rows
from tests.payments.stage import run
from tests.surface import content, dead_job

EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
WHY = {"reason": "The server is back"}
LIVING = "UPDATE outbox SET dead_at = NULL WHERE id = :id"


@pytest.fixture
def platform(api: Api) -> Api:
    return api.as_(factories.person(role="platform_admin"))


def outbox() -> list[Any]:
    return [dict(row) for row in rows("SELECT * FROM outbox WHERE kind = 'job' ORDER BY id")]


def test_they_are_listed_oldest_first_page_by_page(platform: Api) -> None:
    numbers = [dead_job() for _ in range(5)]
    run(LIVING, id=numbers.pop(2))
    first = platform.get("/admin/jobs", limit=3).json
    assert [job["id"] for job in first["items"]] == numbers[:3]
    numbers.append(dead_job())
    second = platform.get("/admin/jobs", limit=3, cursor=first["next_cursor"]).json
    assert ([job["id"] for job in second["items"]], second["next_cursor"]) == (numbers[3:], None)
    (job, *_) = first["items"]
    assert (job["name"], job["queue"], job["attempts"]) == ("mail.send", "bulk", 5)
    assert job["payload"].keys() == {"email_id"}
    assert job["last_error"] == "ValueError: broken"
    assert job["dead_at"] is not None


def test_one_begins_anew(platform: Api) -> None:
    number = dead_job()
    (before,) = outbox()
    assert platform.post(f"/admin/jobs/{number}/retry").status_code == 204
    (job,) = outbox()
    assert (job["id"], job["attempts"], job["dead_at"], job["last_error"]) == (number, 0, None, None)
    (line,) = rows("SELECT * FROM audit_log")
    assert (line["verb"], line["subject"], line["subject_id"]) == ("job.retry", "job", UUID(int=number))
    told = {"id": number, "name": "mail.send", "payload": before["payload"], "attempts": 5}
    assert (line["before"], line["after"]) == (told, {"reason": None})
    assert platform.get("/admin/jobs").json == {"items": [], "next_cursor": None}


def test_one_is_given_up_and_stays_in_the_log(platform: Api) -> None:
    number = dead_job()
    assert platform.post(f"/admin/jobs/{number}/discard", WHY).status_code == 204
    assert outbox() == []
    (line,) = rows("SELECT * FROM audit_log")
    assert (line["verb"], line["before"]["name"], line["after"]) == ("job.discard", "mail.send", WHY)
    found = platform.get("/admin/audit", subject_id=str(UUID(int=number))).json["items"]
    assert [row["before"]["id"] for row in found] == [number]


@pytest.mark.parametrize("verb", ["retry", "discard"])
class TestBoth:
    def test_what_is_not_dead_is_left_alone(self, platform: Api, verb: str) -> None:
        number = dead_job()
        run(LIVING, id=number)
        before = content()
        for other in (number, number + 1, 0, 2**63 - 1, 2**63, 10**30, -1, "x"):
            answer = platform.post(f"/admin/jobs/{other}/{verb}", WHY)
            assert answer.status_code == 404, other
        assert platform.post(f"/admin/jobs/{number}/{verb}", WHY).json["code"] == "job_not_found"
        assert content() == before

    def test_bad_bodies(self, platform: Api, verb: str) -> None:
        number = dead_job()
        before = content()
        bad: list[dict[str, Any]] = [{"reason": " "}, {"reason": "x" * 1001}, {"reason": 1}, WHY | {"payload": {}}]
        for body in bad:
            assert platform.post(f"/admin/jobs/{number}/{verb}", body).status_code == 422
        assert content() == before

    def test_the_platforms_people_alone(self, api: Api, verb: str) -> None:
        people, number = people_of(api, factories.hotel().id), dead_job()
        people.refused(lambda someone: someone.post(f"/admin/jobs/{number}/{verb}", WHY), **EVERYBODY_ELSE)


def test_whoever_gives_one_up_says_why(platform: Api) -> None:
    number = dead_job()
    before = content()
    assert platform.post(f"/admin/jobs/{number}/discard").status_code == 422
    assert content() == before


def test_the_platforms_people_alone_see_them(api: Api) -> None:
    people = people_of(api, factories.hotel().id)
    people.refused(lambda someone: someone.get("/admin/jobs"), **EVERYBODY_ELSE)


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "A" * 22}, {"cursor": "é"}, {"limit": "0"}, {"name": "mail.send"}]
)
def test_what_is_not_known_is_refused(platform: Api, query: dict[str, str]) -> None:
    assert platform.get("/admin/jobs", **query).status_code == 422
