"""Passwords are kept as Argon2id hashes: 3 passes, one lane, memory by setting (64 MiB by default).

One lane, so that a hash never takes more than one core; two at a time, so that a flood of logins takes neither all
of the process's time nor all of its memory. Those who wait longer than 3 s for their turn are told to come back.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.config import settings
from app.core.errors import Busy

AT_ONCE = 2
PATIENCE = 3.0

_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_of(password: str) -> str:
    """The hash to keep. Raises Busy."""
    with _turn():
        return _hasher(settings().password_hash_memory_kib).hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Raises Busy.

    None (nobody has this e-mail) costs the same work and is False.
    """
    memory = settings().password_hash_memory_kib
    with _turn():
        decoy = _decoy(memory)
        right = _verify(memory, password_hash or decoy, password)
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher(settings().password_hash_memory_kib).check_needs_rehash(password_hash)


def _verify(memory: int, password_hash: str, password: str) -> bool:
    try:
        return _hasher(memory).verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """The same characters typed on different keyboards are the same password (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy("Many people log in right now; try again")
    try:
        yield
    finally:
        _turns.release()


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=memory_kib, parallelism=1)


@cache
def _decoy(memory_kib: int) -> str:
    """The hash of a password nobody knows; made at the first login, whoever tries it."""
    return _hasher(memory_kib).hash(secrets.token_urlsafe())
