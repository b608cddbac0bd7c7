"""Tokens made by hand, as an attacker makes them: any header, any claims, any key."""

import base64
import hashlib
import hmac
import json
from typing import Any

from app.config import settings

HASHES = {"HS256": "sha256", "HS512": "sha512"}


def claims_of(token: str) -> dict[str, Any]:
    """What the token says, unverified."""
    claims: dict[str, Any] = json.loads(_unpacked(token.split(".")[1]))
    return claims


def token(
    claims: Any, *, alg: str = "HS256", secret: str | None = None, hashed_by: str | None = None, **header: Any
) -> str:
    """A token signed with our secret unless another is given; `hashed_by`: the HMAC that was really used; `header`: more of it."""
    body = f"{_packed({'alg': alg, 'typ': 'JWT', **header})}.{_packed(claims)}"
    key = settings().secret_key.get_secret_value() if secret is None else secret
    signature = hmac.digest(key.encode(), body.encode(), HASHES[hashed_by or alg])
    return f"{body}.{_text(signature)}"


def with_its_own_key(claims: Any) -> str:
    """A token whose header says which key is to be believed: its maker's."""
    secret = "a-secret-of-the-attacker-of-32-byte"
    key = {"kty": "oct", "k": _text(secret.encode()), "kid": "mine"}
    places = {"jku": "https://evil.example/keys", "x5u": "https://evil.example/chain"}
    return token(claims, secret=secret, jwk=key, kid="mine", **places)


def unsigned(claims: Any, alg: str = "none") -> str:
    """A token with an empty signature."""
    return f"{_packed({'alg': alg, 'typ': 'JWT'})}.{_packed(claims)}."


def with_claims_of(good: str, **changes: Any) -> str:
    """The good token's signature under other claims."""
    header, _, signature = good.split(".")
    return f"{header}.{_packed(claims_of(good) | changes)}.{signature}"


def nested(depth: int) -> str:
    """A token whose payload is `[[[…` so deep."""
    return f"{_packed({'alg': 'HS256', 'typ': 'JWT'})}.{_text(b'[' * depth)}.{_text(hashlib.sha256().digest())}"


def _packed(value: Any) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
