"""Who gets a connection, over both transports, and who does not."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
import socketio
from flask import Flask
from sqlalchemy import text

from app.auth import tokens
from app.auth.service import logout
from app.config import DEVELOPMENT_SECRET
from app.core.db import transaction
from app.realtime.emitter import Emitter
from app.realtime.rooms import user_room
from app.realtime.sockets import MOST_PER_USER
from tests.factories import Person, person
from tests.realtime.clients import TRANSPORTS, Dashboard, dashboard, log_in
from tests.realtime.processes import Realtime, running, wait_until


def expired(someone: Person) -> str:
    claims = jwt.decode(log_in(someone).tokens.access_token, DEVELOPMENT_SECRET, algorithms=["HS256"])
    claims["exp"] -= int(timedelta(days=1).total_seconds())
    return jwt.encode(claims, DEVELOPMENT_SECRET, algorithm="HS256")


def of_another_key(someone: Person) -> str:
    claims = jwt.decode(log_in(someone).tokens.access_token, options={"verify_signature": False})
    return jwt.encode(claims, "another-secret-of-thirty-two-characters", algorithm="HS256")


def unsigned(someone: Person) -> str:
    claims = jwt.decode(log_in(someone).tokens.access_token, options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none")


def refresh(someone: Person) -> str:
    return log_in(someone).tokens.refresh_token


def revoked(someone: Person) -> str:
    token = log_in(someone).tokens.access_token
    logout.here(tokens.decode_access(token).session_id)
    return token


def suspended(someone: Person) -> str:
    token = log_in(someone).tokens.access_token
    with transaction() as session:
        session.execute(text("UPDATE users SET status = 'suspended' WHERE id = :id"), {"id": someone.id})
    return token


BAD_TOKENS: list[tuple[Callable[[Person], Any], str]] = [
    (lambda _: "garbage", "token_invalid"),
    (lambda _: "", "token_invalid"),
    (lambda _: 7, "token_invalid"),
    (lambda _: None, "token_invalid"),
    (lambda _: {"token": "x"}, "token_invalid"),
    (lambda _: "a" * 5000, "token_invalid"),
    (of_another_key, "token_invalid"),
    (unsigned, "token_invalid"),
    (refresh, "token_invalid"),
    (expired, "token_expired"),
    (revoked, "session_ended"),
    (suspended, "session_ended"),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("make, code", BAD_TOKENS)
def test_case_48_a_bad_token_gets_no_connection(
    realtime: Realtime, make: Callable[[Person], Any], code: str, transport: str
) -> None:
    _refused(realtime, {"token": make(person())}, code, transport)


@pytest.mark.parametrize("auth", [None, {}, [], "token", 7, {"Token": "x"}, True])
def test_case_48_without_a_token_there_is_no_connection(realtime: Realtime, auth: Any) -> None:
    _refused(realtime, auth, "token_missing", "websocket")


def test_case_48_a_token_in_the_query_string_does_not_count(realtime: Realtime) -> None:
    token = log_in(person()).tokens.access_token
    _refused(realtime, None, "token_missing", "websocket", query=f"?token={token}")


def _refused(realtime: Realtime, auth: Any, code: str, transport: str, query: str = "") -> None:
    screen = Dashboard()
    with pytest.raises(socketio.exceptions.ConnectionError):
        screen.open(realtime, auth, transport, query)
    assert [refusal["data"]["code"] for refusal in screen.refusals] == [code]
    assert realtime.open_sockets() == 0
    screen.client.disconnect()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_good_token_connects_and_hears_its_own_person_alone(
    realtime: Realtime, emitter: Emitter, transport: str
) -> None:
    mine, other = person(), person()
    with dashboard(realtime, log_in(mine).tokens.access_token, transport) as screen:
        assert realtime.open_sockets() == 1
        emitter.tell(user_room(other.id), "lock_expired", {"booking_id": "theirs"})
        emitter.tell(user_room(mine.id), "lock_expired", {"booking_id": "mine"})
        assert screen.await_event("lock_expired") == [{"booking_id": "mine"}]
    wait_until(lambda: realtime.open_sockets() == 0)


def test_a_person_has_a_bounded_number_of_sockets(realtime: Realtime) -> None:
    token = log_in(person()).tokens.access_token
    screens = [Dashboard() for _ in range(MOST_PER_USER)]
    for screen in screens:
        screen.open(realtime, {"token": token})
    _refused_when_full(realtime, token)
    assert realtime.open_sockets() == MOST_PER_USER
    with dashboard(realtime, log_in(person()).tokens.access_token):
        assert realtime.open_sockets() == MOST_PER_USER + 1
    screens.pop().client.disconnect()
    wait_until(lambda: realtime.open_sockets() == MOST_PER_USER - 1)
    with dashboard(realtime, token):
        assert realtime.open_sockets() == MOST_PER_USER
    for screen in screens:
        screen.client.disconnect()
    wait_until(lambda: realtime.open_sockets() == 0)


def _refused_when_full(realtime: Realtime, token: str) -> None:
    screen = Dashboard()
    with pytest.raises(socketio.exceptions.ConnectionError):
        screen.open(realtime, {"token": token})
    assert [refusal["data"]["code"] for refusal in screen.refusals] == ["too_many_sockets"]
    screen.client.disconnect()


def test_case_61_behind_a_proxy_its_word_counts_and_not_the_clients(application: Flask, tmp_path: Path) -> None:
    """The same number of proxies as for the API: the last one says where a client is, whatever the client said before it."""
    limits = {"TRUSTED_PROXIES": "1", "SOCKETS_PER_ADDRESS": "1"}
    with running(tmp_path / "realtime.log", f"test:{uuid.uuid4().hex}:", **limits) as process:
        address = f"{process.url}/socket.io/?EIO=4&transport=polling"
        told = [
            requests.get(address, headers={"X-Forwarded-For": sent}, timeout=5).status_code
            for sent in ("198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1", "198.51.100.2, 192.0.2.2")
        ]
    assert told == [200, 429, 200]


def test_other_origins_are_refused(realtime: Realtime) -> None:
    address = f"{realtime.url}/socket.io/?EIO=4&transport=polling"
    assert requests.get(address, headers={"Origin": "https://evil.example"}, timeout=5).status_code == 400
    assert requests.get(address, headers={"Origin": realtime.url}, timeout=5).status_code == 200


def test_no_token_is_ever_logged(realtime: Realtime) -> None:
    token = log_in(person()).tokens.access_token
    with dashboard(realtime, token) as screen:
        assert screen.ask("authenticate", {"token": token})["ok"] is True
        assert screen.ask("authenticate", {"token": token + "x"}) == {"ok": False, "code": "token_invalid"}
    assert realtime.lines("socket_opened")
    assert token.rsplit(".", 1)[0] not in realtime.log.read_text()
