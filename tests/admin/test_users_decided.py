"""What the platform decides about people: suspended, reinstated, given a role."""

from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api, new_key
from tests.auth import rows as people_rows
from tests.auth.mailed import kinds, mails
from tests.auth.places import log_in
from tests.hotels.people import audited, people_of, rows
from tests.surface import content

EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}
WHY = {"reason": "Cards of <others>"}
ROLE = {"role": "platform_admin"} | WHY


@pytest.fixture
def admin(application: object) -> factories.Person:
    return factories.verified(role="platform_admin")


@pytest.fixture
def platform(api: Api, admin: factories.Person) -> Api:
    return api.as_(admin)


def line() -> Any:
    (found,) = rows("SELECT * FROM audit_log")
    return found


class TestSuspending:
    def test_all_doors_close_and_the_person_hears_why(self, api: Api, platform: Api, admin: factories.Person) -> None:
        ada = factories.person()
        me, pair = api.as_(ada), log_in(api.app, ada).json
        answer = platform.post(f"/admin/users/{ada.id}/suspend", WHY)
        assert (answer.status_code, answer.json["status"], answer.json["living_sessions"]) == (200, "suspended", 0)
        assert me.get("/users/me").json["code"] == "session_ended"
        assert api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}).status_code == 401
        assert log_in(api.app, ada).json["code"] == "account_suspended"
        written = line()
        assert (written["verb"], written["subject_id"], written["actor_id"]) == ("user.suspend", ada.id, admin.id)
        assert (written["before"], written["after"]) == ({"status": "active"}, {"status": "suspended"} | WHY)
        assert (written["hotel_id"], written["ip"]) == (None, "127.0.0.1")
        (mail,) = mails(ada.email)
        assert (mail.kind, mail.person_id, mail.is_secret) == ("account_suspended", ada.id, False)
        assert WHY["reason"] in mail.text
        assert WHY["reason"] not in mail.html
        assert "Cards of &lt;others&gt;" in mail.html

    def test_what_is_booked_and_run_goes_on(self, api: Api, platform: Api) -> None:
        hotel = factories.hotel()
        owner, guest = factories.member(hotel.id), factories.person()
        request = factories.booking_request(hotel)
        request["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
        booked = api.as_(guest).post("/bookings", request, key=new_key()).json
        for person in (owner, guest):
            assert platform.post(f"/admin/users/{person.id}/suspend", WHY).status_code == 200
        assert api.get(f"/hotels/{hotel.id}").json["status"] == "active"
        assert rows("SELECT role FROM hotel_members") == [{"role": "hotel_admin"}]
        assert [row["status"] for row in rows("SELECT status FROM bookings")] == ["confirmed"]
        assert booked["status"] == "confirmed"

    def test_again_and_again(self, api: Api, platform: Api) -> None:
        """Each suspension is told anew: the mail's cause is the suspension, not the person."""
        ada = factories.person()
        for _ in range(2):
            assert platform.post(f"/admin/users/{ada.id}/suspend", WHY).status_code == 200
            assert platform.post(f"/admin/users/{ada.id}/reinstate", {}).status_code == 200
        assert kinds(ada.email) == ["account_suspended", "account_reinstated"] * 2
        verbs = ["user.suspend", "user.reinstate"] * 2
        assert audited() == [(verb, "platform_admin") for verb in verbs]
        assert log_in(api.app, ada).status_code == 200

    def test_nobody_suspends_himself(self, platform: Api, admin: factories.Person) -> None:
        factories.person(role="platform_admin")
        before = content()
        answer = platform.post(f"/admin/users/{admin.id}/suspend", WHY)
        assert (answer.status_code, answer.json["code"]) == (409, "cannot_suspend_oneself")
        assert content() == before

    def test_another_admin_can_be(self, api: Api, platform: Api) -> None:
        other = factories.person(role="platform_admin")
        session = api.as_(other)
        assert platform.post(f"/admin/users/{other.id}/suspend", WHY).status_code == 200
        assert session.get("/admin/users").status_code == 401


class TestReinstating:
    def test_the_reason_may_be_left_out(self, platform: Api) -> None:
        ada = factories.person(status="suspended")
        answer = platform.post(f"/admin/users/{ada.id}/reinstate")
        assert (answer.status_code, answer.json["status"]) == (200, "active")
        assert (line()["before"], line()["after"]) == (
            {"status": "suspended"},
            {"status": "active", "reason": None},
        )
        (mail,) = mails(ada.email)
        assert (mail.kind, "The reason" in mail.text) == ("account_reinstated", False)

    def test_it_is_told(self, platform: Api) -> None:
        ada = factories.person(status="suspended")
        platform.post(f"/admin/users/{ada.id}/reinstate", {"reason": "A mistake of ours"})
        (mail,) = mails(ada.email)
        assert "The reason given: A mistake of ours" in mail.text


class TestRoles:
    def test_an_admin_is_made_and_unmade(self, api: Api, platform: Api) -> None:
        ada = factories.verified()
        me = api.as_(ada)
        assert me.get("/admin/users").status_code == 403
        answer = platform.post(f"/admin/users/{ada.id}/role", ROLE)
        assert (answer.status_code, answer.json["platform_role"]) == (200, "platform_admin")
        assert me.get("/admin/users").status_code == 200
        assert line()["before"] == {"role": "guest"}
        assert line()["after"] == ROLE
        assert platform.post(f"/admin/users/{ada.id}/role", {"role": "guest"} | WHY).status_code == 200
        assert me.get("/admin/users").status_code == 403
        assert audited() == [("user.set_role", "platform_admin")] * 2

    def test_the_role_he_has_is_no_change(self, platform: Api) -> None:
        ada = factories.verified(role="platform_admin")
        before = content()
        assert platform.post(f"/admin/users/{ada.id}/role", ROLE).status_code == 200
        assert content() == before

    def test_only_who_has_proved_his_e_mail_becomes_one(self, platform: Api) -> None:
        ada = factories.person()
        before = content()
        answer = platform.post(f"/admin/users/{ada.id}/role", ROLE)
        assert (answer.status_code, answer.json["code"]) == (409, "email_unproved")
        assert content() == before

    def test_nobody_changes_his_own(self, platform: Api, admin: factories.Person) -> None:
        factories.person(role="platform_admin")
        before = content()
        answer = platform.post(f"/admin/users/{admin.id}/role", {"role": "guest"} | WHY)
        assert (answer.status_code, answer.json["code"]) == (409, "cannot_change_own_role")
        assert content() == before

    @pytest.mark.parametrize("role", ["hotel_admin", "hotel_staff", "king", None, 1])
    def test_places_in_hotels_are_given_elsewhere(self, platform: Api, role: Any) -> None:
        answer = platform.post(f"/admin/users/{factories.verified().id}/role", {"role": role} | WHY)
        assert answer.status_code == 422


def test_the_last_admin_does_not_erase_himself(api: Api, platform: Api, admin: factories.Person) -> None:
    factories.person(role="platform_admin", status="suspended")
    before = content()
    answer = platform.post("/users/me/erase", {"password": factories.PASSWORD})
    assert (answer.status_code, answer.json["code"]) == (409, "last_platform_admin")
    assert content() == before
    factories.person(role="platform_admin")
    assert platform.post("/users/me/erase", {"password": factories.PASSWORD}).status_code == 204
    assert people_rows.user(admin.id).role == "guest"


@pytest.mark.parametrize(("path", "body"), [("suspend", WHY), ("reinstate", {}), ("role", ROLE)])
class TestAll:
    def test_the_platforms_people_alone(self, api: Api, path: str, body: dict[str, str]) -> None:
        people = people_of(api, factories.hotel().id)
        status = "suspended" if path == "reinstate" else "active"
        target = factories.verified(status=status)
        people.refused(lambda someone: someone.post(f"/admin/users/{target.id}/{path}", body), **EVERYBODY_ELSE)

    def test_nobody_is_not_there(self, platform: Api, path: str, body: dict[str, str]) -> None:
        before = content()
        assert platform.post(f"/admin/users/{new_id()}/{path}", body).status_code == 404
        assert content() == before

    def test_the_erased_stay_as_they_are(self, platform: Api, path: str, body: dict[str, str]) -> None:
        ada = factories.verified()
        people_rows.change("UPDATE users SET status = 'erased', erased_at = now() WHERE id = :id", id=ada.id)
        before = content()
        answer = platform.post(f"/admin/users/{ada.id}/{path}", body)
        assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")
        assert content() == before

    def test_bad_bodies(self, platform: Api, path: str, body: dict[str, str]) -> None:
        ada = factories.verified(status="suspended" if path == "reinstate" else "active")
        before = content()
        bad: list[dict[str, Any]] = [{"reason": "x" * 1001}, {"reason": "  "}, {"reason": 1}, {"status": "erased"}]
        for change in bad if path == "reinstate" else [*bad, {"reason": None}]:
            answer = platform.post(f"/admin/users/{ada.id}/{path}", body | change)
            assert answer.status_code == 422, (change, answer.text)
        assert content() == before
