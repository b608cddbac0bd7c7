"""Refresh tokens: used once, forgiven for ten seconds, deadly afterwards."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.auth import queries
from app.auth.models import LoginSession
from app.auth.rotation import Verdict, judge
from app.core.db import transaction
from tests import factories
from tests.api import Api
from tests.auth import forge, rows
from tests.races.crowd import at_once

AGE = "UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds' WHERE id = :id"


WAITING = """
SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def _login(api: Api) -> dict[str, Any]:
    answer = api.post("/auth/login", {"email": factories.person().email, "password": factories.PASSWORD})
    pair: dict[str, Any] = answer.json
    return pair


def _refresh(api: Api, pair: dict[str, Any]) -> TestResponse:
    return api.post("/auth/refresh", {"refresh_token": pair["refresh_token"]})


def _session_id(pair: dict[str, Any]) -> str:
    return str(forge.claims_of(pair["refresh_token"])["sid"])


def _me(api: Api, pair: dict[str, Any]) -> TestResponse:
    return Api(api.app, pair["access_token"]).get("/users/me")


def test_refresh_rotates(api: Api) -> None:
    first = _login(api)
    rows.change("UPDATE sessions SET expires_at = expires_at - interval '1 day' WHERE id = :id", id=_session_id(first))
    before = rows.login_session(_session_id(first))
    answer = _refresh(api, first)
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert answer.headers["Cache-Control"] == "no-store"
    after = rows.login_session(_session_id(first))
    assert after.previous_jti == before.refresh_jti
    assert str(after.refresh_jti) == forge.claims_of(answer.json["refresh_token"])["jti"]
    assert after.expires_at - before.expires_at > timedelta(hours=23)
    assert _me(api, answer.json).status_code == 200
    assert rows.count("sessions") == 1


def test_refresh_goes_on_for_generations(api: Api) -> None:
    pair = _login(api)
    seen = {pair["refresh_token"]}
    for _ in range(5):
        pair = _refresh(api, pair).json
        seen.add(pair["refresh_token"])
    assert len(seen) == 6
    assert _me(api, pair).status_code == 200


def test_case_57_used_twice_kills_the_family(api: Api) -> None:
    first = _login(api)
    second = _refresh(api, first).json
    assert rows.change(AGE, id=_session_id(first)) == 1
    reused = _refresh(api, first)
    assert (reused.status_code, reused.json["code"]) == (401, "refresh_reused")
    family = rows.login_session(_session_id(first))
    assert family.revoked_at is not None
    assert family.revoked_reason == "reuse"
    for pair in (first, second):
        assert (_refresh(api, pair).status_code, _refresh(api, pair).json["code"]) == (401, "session_ended")
        assert (_me(api, pair).status_code, _me(api, pair).json["code"]) == (401, "session_ended")


def test_case_57_a_token_older_than_the_last_is_never_forgiven(api: Api) -> None:
    first = _login(api)
    third = _refresh(api, _refresh(api, first).json).json
    reused = _refresh(api, first)
    assert (reused.status_code, reused.json["code"]) == (401, "refresh_reused")
    assert _me(api, third).json["code"] == "session_ended"


def test_case_57_other_sessions_of_the_person_live_on(api: Api) -> None:
    first = _login(api)
    email = forge.claims_of(first["access_token"])["email"]
    elsewhere = api.post("/auth/login", {"email": email, "password": factories.PASSWORD}).json
    _refresh(api, _refresh(api, first).json)
    assert _refresh(api, first).json["code"] == "refresh_reused"
    assert _me(api, elsewhere).status_code == 200
    assert rows.one("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL").n == 1


def test_case_57_a_thief_and_the_owner_at_once_are_both_out(application: Flask, api: Api) -> None:
    """Whoever of the two comes first: the one with the old token never gets a pair, and no pair outlives him."""
    for _ in range(5):
        first = _login(api)
        second = _refresh(api, first).json
        rows.change(AGE, id=_session_id(first))
        thief, owner = at_once([partial(_refresh, Api(application), pair) for pair in (first, second)])
        assert (thief.status_code, thief.json["code"]) == (401, "refresh_reused")
        assert (owner.status_code, owner.json.get("code")) in {(200, None), (401, "session_ended")}
        assert rows.login_session(_session_id(first)).revoked_reason == "reuse"
        for pair in (first, second, owner.json) if owner.status_code == 200 else (first, second):
            assert _refresh(api, pair).json["code"] == "session_ended"
            assert _me(api, pair).json["code"] == "session_ended"


def test_case_58_used_again_at_once_is_forgiven(api: Api) -> None:
    first = _login(api)
    second = _refresh(api, first).json
    before = rows.login_session(_session_id(first))
    raced = _refresh(api, first)
    assert (raced.status_code, raced.json["code"]) == (409, "refresh_raced")
    assert rows.login_session(_session_id(first)) == before
    assert _me(api, second).status_code == 200
    assert _refresh(api, second).status_code == 200


def _at_once(application: Flask, pair: dict[str, Any], threads: int) -> list[TestResponse]:
    start = threading.Barrier(threads)

    def run(_number: int) -> TestResponse:
        start.wait(5)
        return _refresh(Api(application), pair)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


@contextmanager
def _row_held_until_waiting(session_id: str, waiters: int) -> Iterator[None]:
    """Keeps the session's row locked until so many requests have reached it, so that they meet for certain."""

    def hold() -> None:
        with transaction() as session:
            session.execute(text("SELECT 1 FROM sessions WHERE id = :id FOR UPDATE"), {"id": session_id})
            held.set()
            deadline = time.monotonic() + 1.5
            while rows.one(WAITING).number < waiters and time.monotonic() < deadline:
                time.sleep(0.005)

    held = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(5)
        yield
        holding.result()


def test_case_58_of_parallel_refreshes_one_gets_a_pair(application: Flask, api: Api) -> None:
    first = _login(api)
    with _row_held_until_waiting(_session_id(first), 8):
        answers = _at_once(application, first, 8)
    codes = sorted((answer.status_code, answer.json.get("code")) for answer in answers)
    assert codes == [(200, None)] + [(409, "refresh_raced")] * 7
    (winner,) = [answer.json for answer in answers if answer.status_code == 200]
    family = rows.login_session(_session_id(first))
    assert family.revoked_at is None
    assert str(family.refresh_jti) == forge.claims_of(winner["refresh_token"])["jti"]
    assert _refresh(api, winner).status_code == 200


def test_case_58_without_the_row_lock_both_would_get_one(
    application: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: two readers of the unlocked row both rotate it, and one of the pairs is dead at birth."""
    both_have_read = threading.Barrier(2)

    def read_without_lock(session: Session, session_id: UUID) -> LoginSession | None:
        family = session.scalar(select(LoginSession).where(LoginSession.id == session_id))
        both_have_read.wait(5)
        return family

    monkeypatch.setattr(queries, "lock_login_session", read_without_lock)
    assert [answer.status_code for answer in _at_once(application, _login(api), 2)] == [200, 200]


def test_refresh_takes_a_changed_person(api: Api) -> None:
    """The next access token says what the person is by now."""
    pair = _login(api)
    rows.change("UPDATE users SET role = 'platform_admin' WHERE id = :id", id=pair["user"]["id"])
    answer = _refresh(api, pair)
    assert answer.json["user"]["role"] == "platform_admin"
    assert forge.claims_of(answer.json["access_token"])["role"] == "platform_admin"


def test_refresh_statements(api: Api, count_statements: Callable[[], Any]) -> None:
    pair = _login(api)
    with count_statements() as statements:
        assert _refresh(api, pair).status_code == 200
    assert len(statements) == 4, str(statements)


NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CURRENT, PREVIOUS, OLDER = uuid4(), uuid4(), uuid4()
VERDICTS: list[tuple[UUID, float, Verdict]] = [
    (CURRENT, 0, Verdict.ROTATE),
    (CURRENT, 3600, Verdict.ROTATE),
    (PREVIOUS, 0, Verdict.RACED),
    (PREVIOUS, 9.999, Verdict.RACED),
    (PREVIOUS, 10, Verdict.REUSED),
    (OLDER, 0, Verdict.REUSED),
    (OLDER, 3600, Verdict.REUSED),
]


def _family(**columns: Any) -> LoginSession:
    values = {
        "refresh_jti": CURRENT,
        "previous_jti": PREVIOUS,
        "rotated_at": NOW,
        "expires_at": NOW + timedelta(days=7),
    }
    return LoginSession(**values | columns)


@pytest.mark.parametrize("jti, seconds, verdict", VERDICTS)
def test_judge(jti: UUID, seconds: float, verdict: Verdict) -> None:
    assert judge(_family(), jti, NOW + timedelta(seconds=seconds)) is verdict


@pytest.mark.parametrize("jti", [CURRENT, PREVIOUS, OLDER])
@pytest.mark.parametrize("ending", [{"revoked_at": NOW}, {"expires_at": NOW}])
def test_judge_ended(jti: UUID, ending: dict[str, datetime]) -> None:
    assert judge(_family(**ending), jti, NOW) is Verdict.ENDED


def test_judge_no_session_and_never_rotated() -> None:
    assert judge(None, CURRENT, NOW) is Verdict.ENDED
    assert judge(_family(previous_jti=None, rotated_at=None), OLDER, NOW) is Verdict.REUSED
