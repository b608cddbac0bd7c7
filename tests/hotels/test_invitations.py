"""Invitations: a link to an address, good once, for its owner alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api
from tests.hotels.people import People, audited, mailed, people_of, rows
from tests.payments.stage import run
from tests.surface import content

ADA = "ada@example.com"


@pytest.fixture
def people(api: Api) -> People:
    return people_of(api, factories.hotel(name="Amber House").id)


@pytest.fixture
def path(people: People) -> str:
    return f"/hotels/{people.hotel_id}/invitations"


def invite(people: People, email: str = ADA, role: str = "hotel_staff") -> Any:
    return people.owner.post(f"/hotels/{people.hotel_id}/invitations", {"email": email, "role": role})


def token_for(email: str = ADA) -> str:
    """That of the last mail to the address."""
    (mail, *_) = rows(
        "SELECT text FROM outgoing_emails WHERE kind = 'hotel_invitation' AND recipient = :to ORDER BY id DESC",
        to=email,
    )
    (token,) = re.findall(r"http://127\.0\.0\.1:3000/invitations/accept#token=([\w-]+)", mail["text"])
    return str(token)


def accept(someone: Api, token: str) -> Any:
    return someone.post("/invitations/accept", {"token": token})


def place_of(people: People, email: str = ADA) -> list[str]:
    sql = "SELECT m.role FROM hotel_members m JOIN users u ON u.id = m.user_id WHERE m.hotel_id = :hotel AND u.email = :email"
    return [row["role"] for row in rows(sql, hotel=people.hotel_id, email=email)]


def test_a_link_makes_a_member_and_proves_the_address(api: Api, people: People) -> None:
    answer = invite(people)
    assert answer.status_code == 202, answer.text
    assert set(answer.json) == {"id", "email", "role", "created_at", "expires_at"}
    assert mailed("hotel_invitation") == [(ADA, "Amber House invites you to its team")]
    ada = api.as_(factories.person(email=ADA))
    joined = accept(ada, token_for())
    assert (joined.status_code, joined.json) == (200, {"hotel_id": str(people.hotel_id), "role": "hotel_staff"})
    assert place_of(people) == ["hotel_staff"]
    assert rows("SELECT email_verified_at IS NOT NULL AS proved FROM users WHERE email = :to", to=ADA) == [
        {"proved": True}
    ]
    assert audited() == [("invitation.create", "hotel_admin"), ("member.join", "hotel_staff")]
    assert ada.post("/hotels", {"name": "My own"}).status_code == 201  # the address is proved


def test_the_token_is_kept_by_nobody_but_the_mail(people: People) -> None:
    invite(people)
    token = token_for()
    for table in ("hotel_invitations", "audit_log", "outbox", "hotel_status_log"):
        assert token not in str(rows(f"SELECT t::text AS line FROM {table} t"))
    assert ADA not in str(rows("SELECT t::text AS line FROM audit_log t"))
    (kept,) = rows("SELECT octet_length(token_hash) AS bytes FROM hotel_invitations")
    assert (kept["bytes"], len(token)) == (32, 43)


def test_a_proof_that_was_there_before_keeps_its_time(api: Api, people: People) -> None:
    ada = api.as_(factories.verified(email=ADA))
    proved = rows("SELECT email_verified_at FROM users WHERE email = :to", to=ADA)
    invite(people)
    assert accept(ada, token_for()).status_code == 200
    assert rows("SELECT email_verified_at FROM users WHERE email = :to", to=ADA) == proved


def test_letter_case_is_not_told_apart(api: Api, people: People) -> None:
    invite(people, email="ADA@Example.com")
    run("UPDATE hotel_invitations SET email = 'AdA@example.COM'")
    assert accept(api.as_(factories.person(email=ADA)), token_for()).status_code == 200


@pytest.mark.parametrize("other", ["eve@example.com", "ada@example.com.ng", "ada+x@example.com"])
def test_another_account_is_refused_and_the_link_stays_good(api: Api, people: People, other: str) -> None:
    """The second one begins with a Cyrillic letter."""
    invite(people)
    token = token_for()
    eve = api.as_(factories.verified(email=other))
    before = content()
    answer = accept(eve, token)
    assert (answer.status_code, answer.json["code"]) == (403, "not_your_invitation")
    assert content() == before
    assert accept(api.as_(factories.person(email=ADA)), token).status_code == 200


class TestLinksThatNoLongerWork:
    def gone(self, someone: Api, token: str) -> None:
        before = content()
        answer = accept(someone, token)
        assert (answer.status_code, answer.json["code"]) == (410, "link_expired")
        assert content() == before

    @pytest.fixture
    def ada(self, api: Api) -> Api:
        return api.as_(factories.person(email=ADA))

    def test_used(self, people: People, ada: Api) -> None:
        invite(people)
        token = token_for()
        assert accept(ada, token).status_code == 200
        self.gone(ada, token)
        run("DELETE FROM hotel_members WHERE role = 'hotel_staff'")
        self.gone(ada, token)

    def test_past_its_time(self, people: People, ada: Api) -> None:
        invite(people)
        (life,) = rows("SELECT extract(day FROM expires_at - created_at)::int AS days FROM hotel_invitations")
        assert life["days"] == 7
        run("UPDATE hotel_invitations SET expires_at = clock_timestamp()")
        self.gone(ada, token_for())
        assert people.owner.get(f"/hotels/{people.hotel_id}/invitations").json["items"] == []

    def test_withdrawn(self, people: People, ada: Api, path: str) -> None:
        invitation = invite(people).json["id"]
        assert people.owner.delete(f"{path}/{invitation}").status_code == 204
        self.gone(ada, token_for())
        assert audited() == [("invitation.create", "hotel_admin"), ("invitation.withdraw", "hotel_admin")]
        assert people.owner.delete(f"{path}/{invitation}").status_code == 404

    def test_replaced_by_a_second_one_to_the_address(self, people: People, ada: Api, path: str) -> None:
        first, token = invite(people).json["id"], token_for()
        second = invite(people, email="Ada@EXAMPLE.com", role="hotel_admin").json["id"]
        assert [item["id"] for item in people.owner.get(path).json["items"]] == [second]
        assert first != second
        self.gone(ada, token)
        assert accept(ada, token_for()).json["role"] == "hotel_admin"

    @pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43, "' OR 1=1 --", "\ud7ff" * 10])
    def test_made_up(self, ada: Api, token: str) -> None:
        self.gone(ada, token)

    def test_altered(self, people: People, ada: Api) -> None:
        invite(people)
        token = token_for()
        for altered in (token[:-1], token + "A", token.swapcase(), token[::-1]):
            self.gone(ada, altered)


def test_members_are_not_invited_again(api: Api, people: People) -> None:
    before = content()
    answer = invite(people, email=people.staff_person.email.upper(), role="hotel_admin")
    assert (answer.status_code, answer.json["code"]) == (409, "already_member")
    assert content() == before


def test_who_became_a_member_meanwhile_is_told(api: Api, people: People) -> None:
    invite(people, role="hotel_admin")
    ada = factories.person(email=ADA)
    run(
        "INSERT INTO hotel_members (hotel_id, user_id, role) VALUES (:h, :u, 'hotel_staff')",
        h=people.hotel_id,
        u=ada.id,
    )
    before = content()
    client = api.as_(ada)
    before = content()
    answer = accept(client, token_for())
    assert (answer.status_code, answer.json["code"]) == (409, "already_member")
    assert content() == before
    assert place_of(people) == ["hotel_staff"]


def test_the_list_tells_open_ones_oldest_first(people: People, path: str, count_statements: Callable[[], Any]) -> None:
    for number in range(3):
        invite(people, email=f"new{number}@example.com")
    with count_statements() as statements:
        items = people.owner.get(path).json["items"]
    assert ([item["email"] for item in items], len(statements)) == (
        [f"new{number}@example.com" for number in range(3)],
        2,
    )
    assert all("token" not in name for item in items for name in item)
    assert people.platform.get(f"/hotels/{new_id()}/invitations").status_code == 404


def test_who_may_not(people: People, path: str) -> None:
    invitation = invite(people).json["id"]
    body = {"email": "eve@example.com", "role": "hotel_admin"}
    strangers = {"nobody": 401, "guest": 404, "other_owner": 404, "staff": 403}
    people.refused(lambda someone: someone.post(path, body), **strangers)
    people.refused(lambda someone: someone.get(path), **strangers)
    people.refused(lambda someone: someone.delete(f"{path}/{invitation}"), **strangers)
    people.refused(lambda someone: accept(someone, token_for()), nobody=401)


def test_an_invitation_of_another_hotel_is_not_withdrawn_here(api: Api, people: People, path: str) -> None:
    other = people_of(api, factories.hotel().id)
    theirs = invite(other, email="b@example.com").json["id"]
    before = content()
    assert people.owner.delete(f"{path}/{theirs}").status_code == 404
    assert content() == before


@pytest.mark.parametrize(
    "body",
    [
        {"email": ADA},
        {"role": "hotel_staff"},
        {"email": ADA, "role": "platform_admin"},
        {"email": "ada", "role": "hotel_staff"},
        {"email": "a@b@example.com", "role": "hotel_staff"},
        {"email": "ada@example.com\nBcc: eve@example.com", "role": "hotel_staff"},
        {"email": ADA, "role": "hotel_staff", "token": "mine"},
    ],
)
def test_what_is_no_invitation(people: People, path: str, body: dict[str, Any]) -> None:
    before = content()
    assert people.owner.post(path, body).status_code == 422
    assert content() == before
