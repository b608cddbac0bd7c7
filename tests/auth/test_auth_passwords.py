"""Argon2id: right, wrong, unknown, and never all at once."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from app.auth import passwords
from app.core.errors import Busy
from tests import factories
from tests.api import Api
from tests.auth import rows


def test_hashes_are_argon2id_and_salted() -> None:
    first, second = passwords.hash_of("correct horse"), passwords.hash_of("correct horse")
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.matches(first, "correct horse")
    assert not passwords.matches(first, "correct horsf")
    assert not passwords.matches(None, "correct horse")


def test_the_same_characters_are_the_same_password() -> None:
    assert passwords.matches(passwords.hash_of("caf\u00e9 in Lagos"), "cafe\u0301 in Lagos")


def test_a_broken_hash_matches_nothing() -> None:
    assert not passwords.matches("not a hash", "correct horse")


def test_memory_is_a_setting(with_settings: Callable[..., Any]) -> None:
    old = passwords.hash_of("correct horse")
    assert not passwords.is_outdated(old)
    with_settings(password_hash_memory_kib=128)
    assert passwords.is_outdated(old)
    assert "m=128," in passwords.hash_of("correct horse")
    assert passwords.matches(old, "correct horse")


def _seconds(password_hash: str | None) -> float:
    began = time.process_time()
    assert not passwords.matches(password_hash, "wrong horse")
    return time.process_time() - began


def test_an_unknown_person_costs_the_same_work(with_settings: Callable[..., Any]) -> None:
    with_settings(password_hash_memory_kib=8192)
    known = passwords.hash_of("correct horse")
    _seconds(None)
    spent_on_known = min(_seconds(known) for _ in range(5))
    spent_on_unknown = min(_seconds(None) for _ in range(5))
    assert 0.6 < spent_on_unknown / spent_on_known < 1.7


def test_only_so_many_are_hashed_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = factories.person()
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    for _ in range(passwords.AT_ONCE):
        assert passwords._turns.acquire(timeout=1)
    try:
        with pytest.raises(Busy):
            passwords.hash_of("correct horse")
        answer = api.post("/auth/login", {"email": ada.email, "password": factories.PASSWORD})
        assert (answer.status_code, answer.json["code"]) == (503, "busy")
        assert int(answer.headers["Retry-After"]) > 0
        assert rows.count("sessions") == 0
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._turns.release()
    assert api.post("/auth/login", {"email": ada.email, "password": factories.PASSWORD}).status_code == 200
