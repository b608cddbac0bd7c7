"""A socket outlives neither its token, nor its session, nor its person's place in a hotel."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.auth import tokens
from app.auth.service import logout
from app.core.db import transaction
from app.realtime.emitter import Emitter
from app.realtime.rooms import hotel_room, user_room
from tests.api import Api
from tests.factories import PASSWORD, Person, member, person
from tests.realtime.clients import TRANSPORTS, Dashboard, dashboard, log_in
from tests.realtime.conftest import Staffed
from tests.realtime.processes import Realtime, wait_until

WITHIN = 5.0


def change(statement: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), values)


def assert_put_out(screen: Dashboard, reason: str, seconds: float = WITHIN) -> None:
    wait_until(screen.ended.is_set, seconds)
    assert screen.named("disconnecting") == [{"reason": reason}]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_case_49_the_end_of_the_token_ends_the_socket_and_its_events(
    realtime: Realtime, emitter: Emitter, short_token: Callable[[Person, int], str], transport: str
) -> None:
    someone = person()
    with dashboard(realtime, short_token(someone, 2), transport) as screen:
        emitter.tell(user_room(someone.id), "lock_expired", {"booking_id": "before"})
        screen.await_event("lock_expired")
        assert_put_out(screen, "token_expired", 2 + WITHIN)
        emitter.tell(user_room(someone.id), "lock_expired", {"booking_id": "after"})
        wait_until(lambda: realtime.open_sockets() == 0)
        assert screen.named("lock_expired") == [{"booking_id": "before"}]


def test_a_newer_token_keeps_the_socket_until_that_ends(
    realtime: Realtime, short_token: Callable[[Person, int], str]
) -> None:
    someone = person()
    first, second = short_token(someone, 2), short_token(someone, 5)
    with dashboard(realtime, first) as screen:
        answer = screen.ask("authenticate", {"token": second})
        assert answer.keys() == {"ok", "expires_at"}
        assert answer["ok"] is True
        assert not screen.ended.wait(3.5)
        assert_put_out(screen, "token_expired", 2 + WITHIN)


def test_a_socket_stays_with_its_person(realtime: Realtime, emitter: Emitter) -> None:
    mine, other = person(), person()
    with dashboard(realtime, log_in(mine).tokens.access_token) as screen:
        stolen = log_in(other).tokens.access_token
        assert screen.ask("authenticate", {"token": stolen}) == {"ok": False, "code": "forbidden"}
        emitter.tell(user_room(other.id), "lock_expired", {"booking_id": "theirs"})
        emitter.tell(user_room(mine.id), "lock_expired", {"booking_id": "mine"})
        assert screen.await_event("lock_expired") == [{"booking_id": "mine"}]


@pytest.mark.parametrize("token", ["garbage", None, 7, [], {}, "a" * 5000])
def test_a_bad_newer_token_changes_nothing(realtime: Realtime, token: Any) -> None:
    with dashboard(realtime, log_in(person()).tokens.access_token) as screen:
        assert screen.ask("authenticate", {"token": token})["ok"] is False
        assert screen.ask("authenticate", token) == {"ok": False, "code": "invalid"}
        assert realtime.open_sockets() == 1


def test_a_refresh_token_is_no_newer_token(realtime: Realtime) -> None:
    pair = log_in(person()).tokens
    with dashboard(realtime, pair.access_token) as screen:
        answer = screen.ask("authenticate", {"token": pair.refresh_token})
        assert answer == {"ok": False, "code": "token_invalid"}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_case_49_logging_out_ends_the_socket(
    realtime: Realtime, emitter: Emitter, staffed: Staffed, transport: str
) -> None:
    with dashboard(realtime, staffed.token, transport) as screen:
        assert screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})["ok"] is True
        logout.here(tokens.decode_access(staffed.token).session_id)
        assert_put_out(screen, "session_ended")
        emitter.tell(hotel_room(staffed.hotel.id), "new_booking", {"seq": 1})
        wait_until(lambda: realtime.open_sockets() == 0)
        assert screen.named("new_booking") == []


ENDINGS: dict[str, tuple[Callable[[Api, Person], Any], str]] = {
    "logs out everywhere": (lambda me, _: me.post("/auth/logout-all"), "session_ended"),
    "ends this session elsewhere": (lambda me, who: end_other(me, who), "session_ended"),
    "sets another password": (lambda me, who: set_password(me, who), "session_ended"),
    "is erased": (lambda me, _: me.post("/users/me/erase", {"password": PASSWORD}), "session_ended"),
    "is suspended": (lambda me, who: suspend_now(me, who), "session_ended"),
}


def end_other(me: Api, who: Person) -> Any:
    there = Api(me.app).as_(who)
    (other,) = [each["id"] for each in there.get("/users/me/sessions").json["items"] if not each["current"]]
    return there.delete(f"/users/me/sessions/{other}")


def set_password(me: Api, who: Person) -> Any:
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    return Api(me.app).as_(who).post("/users/me/password", body)


def suspend_now(me: Api, who: Person) -> Any:
    platform = Api(me.app).as_(person(role="platform_admin"))
    return platform.post(f"/admin/users/{who.id}/suspend", {"reason": "Cards of others"})


@pytest.mark.parametrize("how", ENDINGS)
def test_case_49_however_a_session_ends_so_does_its_socket(application: Flask, realtime: Realtime, how: str) -> None:
    someone = person()
    token = log_in(someone).tokens.access_token
    end, reason = ENDINGS[how]
    with dashboard(realtime, token) as screen:
        answer = end(Api(application, token), someone)
        assert answer.status_code in {200, 204}, answer.text
        assert_put_out(screen, reason)


def test_only_the_session_that_ended_is_put_out(realtime: Realtime, staffed: Staffed) -> None:
    with (
        dashboard(realtime, staffed.token) as ended,
        dashboard(realtime, log_in(staffed.person).tokens.access_token) as kept,
    ):
        logout.here(tokens.decode_access(staffed.token).session_id)
        assert_put_out(ended, "session_ended")
        assert kept.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})["ok"] is True
        assert realtime.open_sockets() == 1


def test_a_suspended_person_is_put_out(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        change("UPDATE users SET status = 'suspended' WHERE id = :id", id=staffed.person.id)
        assert_put_out(screen, "account_suspended")


def test_a_session_that_is_gone_is_put_out(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        change("DELETE FROM sessions WHERE user_id = :id", id=staffed.person.id)
        assert_put_out(screen, "session_ended")


def test_a_removed_member_leaves_the_hotel_and_keeps_the_socket(
    realtime: Realtime, emitter: Emitter, staffed: Staffed, api: Api
) -> None:
    hotel_id = staffed.hotel.id
    admin = api.as_(member(hotel_id))
    with dashboard(realtime, staffed.token) as screen:
        assert screen.ask("join_hotel", {"hotel_id": str(hotel_id)})["ok"] is True
        assert admin.delete(f"/hotels/{hotel_id}/members/{staffed.person.id}").status_code == 204
        told = screen.await_event("left_hotel", seconds=WITHIN)
        assert told == [{"hotel_id": str(hotel_id), "reason": "not_a_member"}]
        emitter.tell(hotel_room(hotel_id), "new_booking", {"seq": 1})
        emitter.tell(user_room(staffed.person.id), "lock_expired", {"booking_id": "mine"})
        screen.await_event("lock_expired")
        assert screen.named("new_booking") == []
        assert screen.ask("join_hotel", {"hotel_id": str(hotel_id)}) == {"ok": False, "code": "forbidden"}


def test_an_admin_of_the_platform_who_no_longer_is_one_leaves_the_hotel(
    realtime: Realtime, staffed: Staffed, api: Api
) -> None:
    admin = person(role="platform_admin")
    with dashboard(realtime, log_in(admin).tokens.access_token) as screen:
        assert screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})["ok"] is True
        other = api.as_(person(role="platform_admin"))
        body = {"role": "guest", "reason": "Left us"}
        assert other.post(f"/admin/users/{admin.id}/role", body).status_code == 200
        assert len(screen.await_event("left_hotel", seconds=WITHIN)) == 1


def test_events_named_like_the_library_s_own_neither_hide_a_socket_nor_change_its_person(
    realtime: Realtime, emitter: Emitter, short_token: Callable[[Person, int], str]
) -> None:
    mine, other = person(), person()
    theirs = log_in(other).tokens.access_token
    with dashboard(realtime, short_token(mine, 3)) as screen:
        screen.client.emit("disconnect", "client disconnect")
        screen.client.emit("connect", ({}, {"token": theirs}))
        screen.client.emit("connect", {"token": theirs})
        assert screen.ask("leave_hotel", {"hotel_id": str(other.id)}) == {"ok": True}
        assert realtime.open_sockets() == 1
        emitter.tell(user_room(other.id), "lock_expired", {"booking_id": "theirs"})
        assert_put_out(screen, "token_expired", 3 + WITHIN)
        assert screen.named("lock_expired") == []
