"""Argon2id: right, wrong, unknown; and which passwords are refused."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.auth import passwords
from app.auth.errors import WeakPassword


def test_hashes_are_argon2id_and_salted() -> None:
    first, second = passwords.hash_of("correct horse"), passwords.hash_of("correct horse")
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.matches(first, "correct horse")
    assert not passwords.matches(first, "correct horsf")
    assert not passwords.matches(None, "correct horse")


def test_the_same_characters_are_the_same_password() -> None:
    assert passwords.matches(passwords.hash_of("caf\u00e9 in Lagos"), "cafe\u0301 in Lagos")


@pytest.mark.parametrize("kept", ["not a hash", passwords.UNUSABLE, ""])
def test_a_broken_hash_matches_nothing(kept: str) -> None:
    assert not passwords.matches(kept, "correct horse")


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


def test_nor_does_the_first_one(with_settings: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What an unknown person is compared with is made at the first login, also at a known one's."""
    known = passwords.hash_of("correct horse")
    with_settings(password_hash_memory_kib=72)
    assert passwords.matches(known, "correct horse")
    made: list[object] = []
    monkeypatch.setattr(PasswordHasher, "hash", lambda *told: made.append(told))
    assert not passwords.matches(None, "correct horse")
    assert made == []


WEAK = ["1234567890", "Qwertyuiop", "PASSWORD123", " iloveyou123 ", "\uff11234567890", "ada.obi.of.lagos"]
WEAK += ["Ada.Obi.of.Lagos@Example.com"]


@pytest.mark.parametrize("password", WEAK)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        passwords.refuse_weak(password, "ada.obi.of.lagos@example.com", "new_password")
    assert (refusal.value.status, refusal.value.code) == (422, "weak_password")
    assert list(refusal.value.extra["errors"]["json"]) == ["new_password"]


@pytest.mark.parametrize(
    "password", ["correct-horse-battery", "1234567890 and more", "ada.obi.of.lagos.too", "pppppppppp"]
)
def test_others_are_not(password: str) -> None:
    passwords.refuse_weak(password, "ada.obi.of.lagos@example.com")


def test_the_list_holds_what_would_be_taken_otherwise() -> None:
    """In the form in which it is compared, and long enough to be a password at all."""
    words = passwords.COMMON.read_text().splitlines()
    assert len(words) > 400
    assert words == sorted({word.casefold().strip() for word in words if len(word) >= 10})
