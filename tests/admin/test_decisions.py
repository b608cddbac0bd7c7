"""What the platform decides about hotels, who hears of it, and what it leaves in the log."""

from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api
from tests.hotels.people import audited, mailed, people_of, rows
from tests.surface import content

# path, from, to, subject of the mail, needs a reason
DECISIONS = [
    ("approve", "submitted", "active", "Amber House is on SmartStay", False),
    ("request-changes", "submitted", "changes_requested", "Please change something about Amber House", True),
    ("reject", "submitted", "rejected", "Amber House is not accepted", True),
    ("suspend", "active", "suspended", "Amber House is suspended", True),
    ("suspend", "paused", "suspended", "Amber House is suspended", True),
    ("reinstate", "suspended", "active", "Amber House is on sale again", False),
    ("close", "active", "closed", "Amber House is closed", True),
    ("close", "draft", "closed", "Amber House is closed", True),
]
WHY = {"reason": "The papers & the <gate>"}


@pytest.mark.parametrize(("path", "was", "becomes", "subject", "needs_reason"), DECISIONS)
def test_a_decision_is_recorded_and_told(
    api: Api, path: str, was: str, becomes: str, subject: str, needs_reason: bool
) -> None:
    people = people_of(api, factories.hotel(name="Amber House", status=was, email="desk@amber.example").id)
    second = factories.member(people.hotel_id)
    answer = people.platform.post(f"/admin/hotels/{people.hotel_id}/{path}", WHY if needs_reason else {})
    assert (answer.status_code, answer.json["status"]) == (200, becomes), answer.text
    admins = [people.owner_person.email, second.email]
    told = sorted(admins if was == "draft" else ["desk@amber.example", *admins])  # who drafts may name any address
    assert mailed("hotel_moved") == [(address, subject) for address in told]
    step = path.replace("-", "_")
    assert audited() == [(f"hotel.{step}", "platform_admin")]
    (log,) = rows("SELECT * FROM hotel_status_log")
    reason = WHY["reason"] if needs_reason else None
    assert (log["step"], log["from_status"], log["to_status"], log["reason"]) == (step, was, becomes, reason)
    assert log["actor"] == "platform"
    (mail, *_) = rows("SELECT text FROM outgoing_emails")
    assert (WHY["reason"] in mail["text"]) is needs_reason


@pytest.mark.parametrize("path", ["request-changes", "reject", "suspend", "close"])
def test_whoever_decides_against_a_hotel_says_why(api: Api, path: str) -> None:
    people = people_of(api, factories.hotel(status="submitted").id)
    before = content()
    for body in ({}, {"reason": None}, {"reason": "  "}, {"reason": "x" * 1001}, {"reason": "a", "status": "closed"}):
        assert people.platform.post(f"/admin/hotels/{people.hotel_id}/{path}", body).status_code == 422
    assert content() == before


@pytest.mark.parametrize("path", ["approve", "request-changes", "reject", "suspend", "reinstate", "close"])
def test_the_platforms_people_alone_decide(api: Api, path: str) -> None:
    people = people_of(api, factories.hotel(status="submitted").id)

    def decide(someone: Api) -> Any:
        return someone.post(f"/admin/hotels/{people.hotel_id}/{path}", WHY)

    people.refused(decide, nobody=401, guest=403, other_owner=403, staff=403, owner=403)


@pytest.mark.parametrize("path", ["approve", "suspend"])
def test_what_is_not_there_cannot_be_decided_about(api: Api, path: str) -> None:
    platform = api.as_(factories.person(role="platform_admin"))
    before = content()
    assert platform.post(f"/admin/hotels/{new_id()}/{path}", WHY).status_code == 404
    assert content() == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("approve", "draft"),
        ("approve", "paused"),
        ("approve", "suspended"),
        ("reinstate", "paused"),
        ("reject", "active"),
    ],
)
def test_a_step_that_is_not_in_the_table_is_refused(api: Api, path: str, status: str) -> None:
    """Approving, resuming and reinstating lead to the same state, and none of them does the work of another."""
    people = people_of(api, factories.hotel(status=status).id)
    before = content()
    answer = people.platform.post(f"/admin/hotels/{people.hotel_id}/{path}", WHY)
    assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")
    assert content() == before


class TestCreating:
    @pytest.fixture
    def platform(self, api: Api) -> Api:
        return api.as_(factories.person(role="platform_admin"))

    def test_an_active_hotel_at_once(self, api: Api, platform: Api) -> None:
        answer = platform.post("/admin/hotels", factories.hotel_facts())
        assert (answer.status_code, answer.json["status"]) == (201, "active"), answer.text
        assert api.get(f"/hotels/{answer.json['id']}").status_code == 200
        (log,) = rows("SELECT step, to_status, actor FROM hotel_status_log")
        assert log == {"step": "create", "to_status": "active", "actor": "platform"}
        assert audited() == [("hotel.create", "platform_admin")]
        assert mailed("hotel_moved") == [("desk@amber.example", "Amber House is on SmartStay")]
        assert rows("SELECT * FROM hotel_members") == []
        changed = platform.patch(f"/hotels/{answer.json['id']}", {"stars": 3}, **{"If-Match": answer.headers["ETag"]})
        assert changed.status_code == 200

    def test_its_owner_with_a_proved_address_has_it_at_once(self, api: Api, platform: Api) -> None:
        owner = factories.verified(email="owner@example.com")
        made = platform.post("/admin/hotels", factories.hotel_facts(owner_email="OWNER@example.com")).json
        (place,) = api.as_(owner).get("/users/me").json["memberships"]
        assert place == {"hotel_id": made["id"], "role": "hotel_admin"}
        assert [address for address, _ in mailed("hotel_moved")] == ["desk@amber.example", "owner@example.com"]
        assert mailed("hotel_invitation") == []
        assert [verb for verb, _ in audited()] == ["hotel.create", "member.add"]

    @pytest.mark.parametrize("has_account", [True, False])
    def test_an_address_that_nobody_has_proved_gets_a_link(self, platform: Api, has_account: bool) -> None:
        if has_account:
            factories.person(email="owner@example.com")
        assert platform.post("/admin/hotels", factories.hotel_facts(owner_email="owner@example.com")).status_code == 201
        assert rows("SELECT * FROM hotel_members") == []
        assert mailed("hotel_invitation") == [("owner@example.com", "Amber House invites you to its team")]
        (invitation,) = rows("SELECT email, role FROM hotel_invitations")
        assert invitation == {"email": "owner@example.com", "role": "hotel_admin"}

    def test_it_is_as_complete_as_any_other(self, platform: Api) -> None:
        before = content()
        told = {"name": "Amber House", "email": "desk@amber.example", "owner_email": "owner@example.com"}
        answer = platform.post("/admin/hotels", told)
        assert (answer.status_code, answer.json["code"]) == (409, "not_ready")
        assert "location" in answer.json["missing"]
        assert platform.post("/admin/hotels", {"name": "Amber House"}).status_code == 422
        assert content() == before

    def test_nobody_else_creates_one(self, api: Api) -> None:
        people = people_of(api, factories.hotel().id)
        everybody_else = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
        people.refused(lambda someone: someone.post("/admin/hotels", factories.hotel_facts()), **everybody_else)
