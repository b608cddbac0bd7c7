"""Passwords are kept as Argon2id hashes: 3 passes, one lane, memory by setting (64 MiB by default).

One lane, so that a hash never takes more than one core. Who hashes for a request does so in his turn (`app.auth.turns`).
"""

import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.auth.errors import WeakPassword
from app.config import settings

COMMON = Path(__file__).with_name("common_passwords.txt")
UNUSABLE = "!"  # no hash, so that nothing matches it


def hash_of(password: str) -> str:
    """The hash to keep."""
    return _hasher(settings().password_hash_memory_kib).hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. None (nobody has this e-mail) costs the same work and is False."""
    memory = settings().password_hash_memory_kib
    decoy = _decoy(memory)
    right = _verify(memory, password_hash or decoy, password)
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher(settings().password_hash_memory_kib).check_needs_rehash(password_hash)


def refuse_weak(password: str, email: str, field: str = "password") -> None:
    """Raises WeakPassword, told of `field`, for what is guessed first: the e-mail itself, and what everybody takes."""
    typed = _normal(password).casefold().strip()
    if typed in {email, email.partition("@")[0]}:
        raise WeakPassword(errors={"json": {field: ["Do not use your e-mail as your password."]}})
    if typed in _common():
        raise WeakPassword(errors={"json": {field: ["Many people use this password; take another."]}})


def _verify(memory: int, password_hash: str, password: str) -> bool:
    try:
        return _hasher(memory).verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """The same characters typed on different keyboards are the same password (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text().split())


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=memory_kib, parallelism=1)


@cache
def _decoy(memory_kib: int) -> str:
    """The hash of a password nobody knows; made at the first login, whoever tries it."""
    return _hasher(memory_kib).hash(secrets.token_urlsafe())
