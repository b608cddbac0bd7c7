"""What nobody may have too much of: hotels in the making, invitations, and the mails that go with them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app.hotels import limits
from tests import factories
from tests.api import Api
from tests.hotels.people import People, mailed, people_of, rows
from tests.payments.stage import run
from tests.races.crowd import at_once, statuses
from tests.surface import content, what_is_wrong

STAFF = {"role": "hotel_staff"}


def refused(answer: Any, status: int, code: str) -> None:
    assert list(what_is_wrong(answer, status)) == []
    assert answer.json["code"] == code


class TestDrafts:
    @pytest.fixture
    def owner(self, api: Api, with_settings: Callable[..., Any]) -> Api:
        with_settings(drafts_per_person=2)
        return api.as_(factories.verified())

    def draft(self, owner: Api) -> Any:
        return owner.post("/hotels", {"name": "Amber House"})

    def test_there_are_so_many_and_no_more(self, api: Api, owner: Api) -> None:
        assert [self.draft(owner).status_code for _ in range(2)] == [201, 201]
        before = content()
        answer = self.draft(owner)
        refused(answer, 409, "too_many_drafts")
        assert answer.json["most"] == 2
        assert content() == before
        assert self.draft(api.as_(factories.verified())).status_code == 201

    def test_one_that_is_closed_counts_for_a_day(self, owner: Api) -> None:
        first, second = (self.draft(owner).json["id"] for _ in range(2))
        assert owner.post(f"/hotels/{first}/close").status_code == 200
        refused(self.draft(owner), 409, "too_many_drafts")
        run("UPDATE hotels SET created_at = created_at - interval '25 hours'")
        assert [self.draft(owner).status_code for _ in range(2)] == [201, 409]
        assert owner.get(f"/hotels/{second}").json["status"] == "draft"

    @pytest.mark.parametrize(
        ("status", "answered"),
        [("submitted", 409), ("changes_requested", 409), ("active", 201), ("suspended", 201), ("rejected", 201)],
    )
    def test_what_the_platform_has_decided_makes_place(self, owner: Api, status: str, answered: int) -> None:
        for _ in range(2):
            owner.post("/hotels", factories.hotel_facts())
        run("UPDATE hotels SET status = :status, created_at = created_at - interval '25 hours'", status=status)
        assert self.draft(owner).status_code == answered

    def test_places_in_hotels_of_others_do_not_count(self, owner: Api) -> None:
        first = self.draft(owner).json["id"]
        run("UPDATE hotel_members SET role = 'hotel_staff' WHERE hotel_id = :id", id=first)
        assert [self.draft(owner).status_code for _ in range(3)] == [201, 201, 409]

    def test_at_once_there_are_not_more(self, owner: Api) -> None:
        assert statuses(at_once([partial(self.draft, owner)] * 6)) == {201: 2, 409: 4}


class TestInvitations:
    @pytest.fixture
    def people(self, api: Api) -> People:
        return people_of(api, factories.hotel().id)

    def invite(self, people: People, email: str, by: Api | None = None) -> Any:
        return (by or people.owner).post(f"/hotels/{people.hotel_id}/invitations", {"email": email} | STAFF)

    def test_so_many_may_be_open(self, people: People, with_settings: Callable[..., Any]) -> None:
        with_settings(invitations_per_hotel=2)
        for number in range(2):
            assert self.invite(people, f"new{number}@example.com").status_code == 202
        before = content()
        answer = self.invite(people, "new2@example.com")
        refused(answer, 409, "too_many_invitations")
        assert answer.json["most"] == 2
        assert content() == before
        assert self.invite(people, "NEW1@example.com").status_code == 202  # in place of the first
        run("UPDATE hotel_invitations SET expires_at = clock_timestamp() WHERE email = 'new0@example.com'")
        assert self.invite(people, "new2@example.com").status_code == 202

    def test_at_once_not_more_are_open(self, people: People, with_settings: Callable[..., Any]) -> None:
        with_settings(invitations_per_hotel=3)
        calls = [partial(self.invite, people, f"new{number}@example.com") for number in range(8)]
        assert statuses(at_once(calls)) == {202: 3, 409: 5}
        assert len(rows("SELECT id FROM hotel_invitations")) == 3

    def test_an_address_is_not_flooded_by_replacing_or_withdrawing(self, people: People) -> None:
        for number in range(limits.INVITATIONS_PER_ADDRESS):
            answer = self.invite(people, "ada@example.com")
            assert answer.status_code == 202
            if number % 2:
                path = f"/hotels/{people.hotel_id}/invitations/{answer.json['id']}"
                assert people.owner.delete(path).status_code == 204
        before = content()
        answer = self.invite(people, "Ada@Example.com", by=people.platform)
        refused(answer, 429, "invited_too_often")
        assert 0 < int(answer.headers["Retry-After"]) <= limits.DAY / limits.INVITATIONS_PER_ADDRESS
        assert content() == before
        assert len(mailed("hotel_invitation")) == limits.INVITATIONS_PER_ADDRESS
        assert self.invite(people, "eve@example.com").status_code == 202

    def test_nobody_sends_more_in_a_day_at_however_many_hotels(
        self, api: Api, people: People, with_settings: Callable[..., Any]
    ) -> None:
        with_settings(invitations_per_day=3)
        second = factories.hotel().id
        run(
            "INSERT INTO hotel_members (hotel_id, user_id, role) VALUES (:h, :u, 'hotel_admin')",
            h=second,
            u=people.owner_person.id,
        )
        for number in range(3):
            assert self.invite(people, f"new{number}@example.com").status_code == 202
        path = f"/hotels/{second}/invitations"
        refused(people.owner.post(path, {"email": "new@example.com"} | STAFF), 429, "invited_too_often")
        assert self.invite(people, "new@example.com", by=people.platform).status_code == 202

    def test_what_was_refused_costs_no_place_in_the_day(
        self, people: People, with_settings: Callable[..., Any]
    ) -> None:
        with_settings(invitations_per_day=1)
        assert self.invite(people, people.staff_person.email).status_code == 409
        assert self.invite(people, "ada@example.com").status_code == 202
