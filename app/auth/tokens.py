"""Access and refresh tokens: JWTs signed by HS256 with the one secret; every claim we rely on is demanded.

Claims: `sub` (user id), `sid` (session id), `jti`, `type` (access | refresh), `iat`, `exp`; access tokens also carry
`email` and `role` for clients to show. Nothing is decided by those two: each request reads the person and his
memberships from the database.

`exp` is held against the clock of the host that reads, so where clocks differ a token lives that much longer or shorter. `iat` is
not: who has just logged in at a host that is ahead is no stranger at the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import jwt
from flask import Flask, Response
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token
from jwt.exceptions import ExpiredSignatureError, PyJWTError

from app.auth.errors import SessionEnded, TokenExpired, TokenInvalid, TokenMissing
from app.auth.principal import Principal
from app.config import settings
from app.core import problem
from app.core.errors import Unauthenticated

LONGEST = 4096
ALGORITHM = "HS256"


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token proves. `expires_at`: its end, in seconds of the epoch."""

    user_id: UUID
    session_id: UUID
    jti: UUID
    expires_at: float


@dataclass(frozen=True, slots=True)
class Pair:
    """What a client keeps. `expires_in`: seconds the access token lives."""

    access_token: str
    refresh_token: str
    expires_in: int


class _Bound:
    """The application whose configuration tokens are made and read by."""

    app: Flask


def init_app(app: Flask) -> None:
    """Configures tokens; the secret is that of `app.config["SETTINGS"]`. What the library refuses becomes our 401."""
    app.config.update(
        JWT_SECRET_KEY=app.config["SETTINGS"].secret_key.get_secret_value(),
        JWT_ALGORITHM=ALGORITHM,
        JWT_ENCODE_NBF=False,
        JWT_COOKIE_CSRF_PROTECT=False,  # no cookies; without this every token carries a claim for them
        JWT_TOKEN_LOCATION=["headers"],
    )
    manager = JWTManager(app)
    manager.unauthorized_loader(_answer(TokenMissing))
    manager.expired_token_loader(_answer(TokenExpired))
    for loader in (
        manager.invalid_token_loader,
        manager.token_verification_failed_loader,
        manager.needs_fresh_token_loader,
    ):
        loader(_answer(TokenInvalid))
    for loader in (manager.revoked_token_loader, manager.user_lookup_error_loader):
        loader(_answer(SessionEnded))
    app.after_request(_challenge)
    _Bound.app = app


def issue(person: Principal, refresh_jti: UUID) -> Pair:
    """A pair for the person's session; the refresh token is the one the session will know by `refresh_jti`."""
    seconds, subject, session = settings().access_token_seconds, str(person.user_id), {"sid": str(person.session_id)}
    refresh = session | {"jti": str(refresh_jti)}
    access = session | {"jti": str(uuid4()), "email": person.email, "role": str(person.role)}
    with _Bound.app.app_context():
        return Pair(
            create_access_token(subject, expires_delta=timedelta(seconds=seconds), additional_claims=access),
            create_refresh_token(subject, expires_delta=refresh_life(), additional_claims=refresh),
            seconds,
        )


def refresh_life() -> timedelta:
    """How long a refresh token lives, and its session unless it is refreshed."""
    return timedelta(seconds=settings().refresh_token_seconds)


def of_header(authorization: str | None) -> Claims:
    """Reads `Authorization: Bearer …`. Raises TokenMissing, TokenInvalid, TokenExpired."""
    if not authorization:
        raise TokenMissing
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise TokenInvalid
    return decode_access(token.strip())


def decode_access(token: object) -> Claims:
    """Reads an access token, in a request or outside of any. Raises TokenInvalid, TokenExpired.

    Proves only that we issued it: whether session and person still stand is asked of `queries.find_principal`.
    """
    return _decode(token, TokenType.ACCESS)


def decode_refresh(token: object) -> Claims:
    """Reads a refresh token. Raises TokenInvalid, TokenExpired."""
    return _decode(token, TokenType.REFRESH)


def _decode(token: object, wanted: TokenType) -> Claims:
    if not isinstance(token, str) or len(token) > LONGEST:
        raise TokenInvalid
    try:
        return _claims(_proved(token), wanted)
    except ExpiredSignatureError as error:
        raise TokenExpired from error
    # Beside its own errors the library lets out what odd types and odd text in a hand-made token do.
    except (
        PyJWTError,
        OverflowError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:
        raise TokenInvalid from error


def _proved(token: str) -> dict[str, Any]:
    """The claims under our signature. By the library itself: its wrapper for Flask cannot leave `iat` alone."""
    secret: str = _Bound.app.config["JWT_SECRET_KEY"]
    payload: dict[str, Any] = jwt.decode(token, secret, algorithms=[ALGORITHM], options={"verify_iat": False})
    return payload


def _claims(payload: dict[str, Any], wanted: TokenType) -> Claims:
    if payload["type"] != wanted:
        raise TokenInvalid
    expires_at = float(payload["exp"])
    return Claims(UUID(payload["sub"]), UUID(payload["sid"]), UUID(payload["jti"]), expires_at)


def _answer(error: type[Unauthenticated]) -> Callable[..., Response]:
    def loader(*_reasons: object) -> Response:
        return problem.problem(error.status, error.code, error.title, {"detail": error.title})

    return loader


def _challenge(response: Response) -> Response:
    """A 401 names the scheme that would help (RFC 9110, section 11.6.1)."""
    if response.status_code == Unauthenticated.status:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    return response
