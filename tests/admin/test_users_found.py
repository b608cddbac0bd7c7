"""Finding people, and looking at one of them."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.admin.plans import analyze, explained
from tests.api import Api, new_key
from tests.hotels.people import people_of, rows
from tests.payments.stage import run
from tests.surface import content

EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
CROWD = """
INSERT INTO users (id, email, password_hash, full_name, phone)
SELECT gen_random_uuid(), 'crowd' || n || '@example.com', '!', 'Crowd ' || md5(n::text), '+23480' || lpad(n::text, 8, '0')
FROM generate_series(1, 10000) AS n
"""


@pytest.fixture
def platform(api: Api) -> Api:
    return api.as_(factories.person(role="platform_admin", email="platform@smartstay.example", full_name="Ngozi"))


def found(platform: Api, **query: Any) -> list[str]:
    answer = platform.get("/admin/users", **query)
    assert answer.status_code == 200, answer.text
    return [item["email"] for item in answer.json["items"]]


class TestWords:
    @pytest.fixture(autouse=True)
    def people(self, application: object) -> None:
        factories.person(email="ada.obi@example.com", full_name="Ada Obi", phone="+2348031234567")
        factories.person(email="ada_okoro@example.com", full_name="Ada Okoro", phone=None)
        factories.person(email="chidi@example.com", full_name="Chidi Adamu", phone="+2347065554433")

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("ada.obi@example.com", ["ada.obi"]),
            ("ADA.OBI@", ["ada.obi"]),
            ("ada", ["chidi", "ada_okoro", "ada.obi"]),
            ("adamu", ["chidi"]),
            ("okoro", ["ada_okoro"]),
            ("obi", ["ada.obi"]),  # in the e-mail it stands, but not at its beginning: found by the name
            ("example.com", []),
            ("0803 123 4567", ["ada.obi"]),
            ("+234 803-123", ["ada.obi"]),
            ("5554433", ["chidi"]),
            ("ada_", ["ada_okoro"]),
            ("ad%i", []),
            ("\\ada", []),
            ("' OR 1=1 --", []),
        ],
    )
    def test_an_e_mail_a_name_or_a_number(self, platform: Api, q: str, expected: list[str]) -> None:
        assert found(platform, q=q) == [f"{name}@example.com" for name in expected]


def test_roles_and_states(platform: Api) -> None:
    hotel = factories.hotel()
    owner, staff = factories.member(hotel.id), factories.member(hotel.id, "hotel_staff")
    guest, gone = factories.person(), factories.person(status="suspended")
    assert found(platform, role="platform_admin") == ["platform@smartstay.example"]
    assert found(platform, role="hotel_admin") == [owner.email]
    assert found(platform, role="hotel_staff") == [staff.email]
    assert found(platform, role="guest") == [gone.email, guest.email]
    assert found(platform, status="suspended") == [gone.email]
    assert found(platform, status="suspended", role="hotel_admin") == []
    assert found(platform, role="guest", q=guest.email) == [guest.email]
    (shown,) = platform.get("/admin/users", role="hotel_admin").json["items"]
    assert (shown["id"], shown["role"], shown["platform_role"]) == (str(owner.id), "hotel_admin", "guest")


def test_pages_stay_whole_while_people_come_in(platform: Api, count_statements: Callable[[], Any]) -> None:
    there = [*[factories.person().email for _ in range(4)][::-1], "platform@smartstay.example"]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    with count_statements() as statements:
        for _ in range(3):
            page = platform.get("/admin/users", limit=2, **cursor).json
            seen += [item["email"] for item in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
            if cursor["cursor"]:
                factories.person()
    assert page["next_cursor"] is None
    assert seen == there
    assert len([each for each in statements.texts if each.lstrip().startswith("SELECT")]) == 6  # who asks, and the page


@pytest.mark.parametrize(
    "query",
    [
        {"q": "ab"},
        {"q": " a "},
        {"q": "x" * 101},
        {"role": "king"},
        {"status": "nice"},
        {"email": "ada@example.com"},
        {"limit": 0},
        {"limit": 101},
        {"cursor": "x"},
        {"cursor": "é"},
        {"cursor": "AAAA"},
    ],
)
def test_what_is_not_known_is_refused(platform: Api, query: dict[str, Any]) -> None:
    assert platform.get("/admin/users", **query).status_code == 422


@pytest.mark.parametrize("q", ["crowd777", "crowd777@example.com", "c4ca4238a0", "0800000777"])
def test_ten_thousand_people_are_not_read_for_one(platform: Api, q: str) -> None:
    run(CROWD)
    analyze("users")
    with explained("users") as plans:
        assert len(found(platform, q=q)) >= 1
    (plan,) = [plan for plan in plans if "ILIKE" in plan or "~~*" in plan]
    assert "ix_users_search" in plan
    assert "Seq Scan on users" not in plan


class TestOne:
    def test_what_is_known_of_a_person(self, api: Api, platform: Api, count_statements: Callable[[], Any]) -> None:
        hotel = factories.hotel(name="Amber House")
        ada = factories.member(hotel.id, "hotel_staff")
        me, _elsewhere = api.as_(ada), api.as_(ada)
        for start in (10, 20):
            made = me.post("/bookings", factories.booking_request(hotel, start=start), key=new_key())
            assert made.status_code == 201, made.text
        me.post(f"/bookings/{made.json['id']}/cancel", key=new_key())
        me.post("/auth/logout")
        with count_statements() as statements:
            shown = platform.get(f"/admin/users/{ada.id}").json
        assert (shown["email"], shown["role"], shown["status"]) == (ada.email, "hotel_staff", "active")
        place = {"hotel_id": str(hotel.id), "hotel_name": "Amber House", "role": "hotel_staff"}
        assert shown["memberships"] == [place]
        assert shown["living_sessions"] == 1
        (last,) = rows("SELECT max(created_at) AS at FROM sessions WHERE user_id = :id", id=ada.id)
        assert shown["last_login_at"].startswith(last["at"].isoformat()[:23])
        assert shown["bookings"].pop("pending_payment") == shown["bookings"].pop("cancelled") == 1
        assert set(shown["bookings"].values()) == {0}
        assert len(statements) == 3  # who asks, the person, the line in the log
        assert "password" not in {name for name in shown if shown[name]}
        assert not {"password_hash", "sessions"} & set(shown)

    def test_who_never_came_in(self, platform: Api) -> None:
        shown = platform.get(f"/admin/users/{factories.person(phone=None).id}").json
        assert (shown["last_login_at"], shown["living_sessions"], shown["memberships"]) == (None, 0, [])
        assert shown["role"] == "guest"

    def test_looking_leaves_a_line_and_looking_in_vain_none(self, platform: Api) -> None:
        ada = factories.person()
        assert platform.get(f"/admin/users/{new_id()}").status_code == 404
        assert rows("SELECT * FROM audit_log") == []
        assert platform.get(f"/admin/users/{ada.id}").status_code == 200
        found(platform)  # a list leaves none
        (line,) = rows("SELECT * FROM audit_log")
        assert (line["verb"], line["subject"], line["subject_id"]) == ("user.view", "user", ada.id)
        assert (line["actor_role"], line["before"], line["after"]) == ("platform_admin", None, None)


@pytest.mark.parametrize("path", ["", "/{id}"])
def test_the_platforms_people_alone(api: Api, path: str) -> None:
    people = people_of(api, factories.hotel().id)
    target = f"/admin/users{path.format(id=people.staff_person.id)}"
    people.refused(lambda someone: someone.get(target), **EVERYBODY_ELSE)
    before = content()
    assert people.platform.get(target).status_code == 200
    after = content()
    assert {name for name in after if after[name] != before[name]} == ({"audit_log"} if path else set())
