"""Where one is logged in: looked at, ended one by one, ended all at once."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories
from tests.api import PREFIX, Api
from tests.auth import rows
from tests.auth.places import log_in
from tests.surface import content


def test_sessions_are_told_the_last_used_first(api: Api) -> None:
    ada = factories.person()
    first = log_in(api.app, ada, ip="198.51.100.7", **{"User-Agent": "Phone/1.0"}).json
    second = log_in(api.app, ada, **{"User-Agent": "Laptop/2.0"}).json
    log_in(api.app, factories.person())
    refreshed = api.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    told = Api(api.app, second["access_token"]).get("/users/me/sessions")
    assert told.status_code == 200
    assert told.json.keys() == {"items"}
    phone, laptop = told.json["items"]
    assert (phone["user_agent"], phone["ip"], phone["current"]) == ("Phone/1.0", "198.51.100.7", False)
    assert (laptop["user_agent"], laptop["ip"], laptop["current"]) == ("Laptop/2.0", "203.0.113.1", True)
    assert phone.keys() == {"id", "user_agent", "ip", "created_at", "last_used_at", "current"}
    assert phone["created_at"] < laptop["created_at"] <= laptop["last_used_at"] < phone["last_used_at"]
    assert Api(api.app, refreshed["access_token"]).get("/users/me/sessions").json["items"][0]["current"] is True


def test_what_has_ended_is_not_told(api: Api) -> None:
    ada = factories.person()
    me, out, over = api.as_(ada), api.as_(ada), api.as_(ada)
    out.post("/auth/logout")
    (here, *others) = (each["id"] for each in me.get("/users/me/sessions").json["items"] if not each["current"])
    assert others == []
    rows.change("UPDATE sessions SET expires_at = clock_timestamp() WHERE id = :id", id=here)
    assert over.get("/users/me").status_code == 401
    (mine,) = me.get("/users/me/sessions").json["items"]
    assert mine["current"] is True


def test_ending_another_and_ones_own(api: Api) -> None:
    ada = factories.person()
    me, other = api.as_(ada), api.as_(ada)
    (theirs,) = [each["id"] for each in me.get("/users/me/sessions").json["items"] if not each["current"]]
    ended = me.delete(f"/users/me/sessions/{theirs}")
    assert (ended.status_code, ended.data) == (204, b"")
    assert other.get("/users/me").json["code"] == "session_ended"
    assert rows.login_session(theirs).revoked_reason == "revoked"
    assert me.delete(f"/users/me/sessions/{theirs}").status_code == 404
    (mine,) = me.get("/users/me/sessions").json["items"]
    assert me.delete(f"/users/me/sessions/{mine['id']}").status_code == 204
    assert me.get("/users/me").status_code == 401


def test_case_62_sessions_of_others_are_not_there(api: Api) -> None:
    ada, obi = (api.as_(factories.person()) for _ in range(2))
    (theirs,) = obi.get("/users/me/sessions").json["items"]
    before = content()
    for path in (theirs["id"], uuid4(), "no-uuid"):
        answer = ada.delete(f"/users/me/sessions/{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert api.delete(f"/users/me/sessions/{theirs['id']}").status_code == 401
    assert content() == before
    assert obi.get("/users/me").status_code == 200


def test_a_session_that_is_over_is_not_there(api: Api) -> None:
    ada = factories.person()
    me, _ = api.as_(ada), api.as_(ada)
    (other,) = [each["id"] for each in me.get("/users/me/sessions").json["items"] if not each["current"]]
    rows.change("UPDATE sessions SET expires_at = clock_timestamp() WHERE id = :id", id=other)
    assert me.delete(f"/users/me/sessions/{other}").status_code == 404


def test_logging_out_everywhere(api: Api) -> None:
    ada, obi = factories.person(), factories.person()
    pairs = [log_in(api.app, ada).json for _ in range(3)]
    other = api.as_(obi)
    out = Api(api.app, pairs[0]["access_token"]).post("/auth/logout-all")
    assert (out.status_code, out.data) == (204, b"")
    for pair in pairs:
        assert Api(api.app, pair["access_token"]).get("/users/me").json["code"] == "session_ended"
        assert api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]}).json["code"] == "session_ended"
    assert (
        rows.one("SELECT DISTINCT revoked_reason AS why FROM sessions WHERE revoked_at IS NOT NULL").why == "logout_all"
    )
    assert other.get("/users/me").status_code == 200
    assert log_in(api.app, ada).status_code == 200


def test_logging_out_everywhere_is_for_who_is_logged_in(api: Api) -> None:
    api.as_(factories.person())
    before = content()
    assert api.post("/auth/logout-all").status_code == 401
    assert api.get("/users/me/sessions").status_code == 401
    assert content() == before


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_is_two_statements_however_long(api: Api, count_statements: Callable[[], Any], count: int) -> None:
    ada = factories.person()
    (me, *_others) = [api.as_(ada) for _ in range(count)]
    with count_statements() as statements:
        assert len(me.get("/users/me/sessions").json["items"]) == count
    assert len(statements) == 2, str(statements)


def test_no_more_than_a_hundred_are_told(api: Api) -> None:
    ada = factories.person()
    me = api.as_(ada)
    rows.change(
        "INSERT INTO sessions (id, user_id, refresh_jti, expires_at) SELECT gen_random_uuid(), :id, gen_random_uuid(),"
        " clock_timestamp() + interval '1 day' FROM generate_series(1, 150)",
        id=ada.id,
    )
    assert len(me.get("/users/me/sessions").json["items"]) == 100


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-all", "/auth/email/verify/resend"])
def test_what_takes_no_body_passes_over_an_empty_one(api: Api, path: str) -> None:
    me = api.as_(factories.person())
    answer = api.app.test_client().post(PREFIX + path, headers={"Authorization": f"Bearer {me.token}"})
    assert answer.status_code in {202, 204}
