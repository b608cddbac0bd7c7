"""Who asks in this request: read once, by one statement, at the first question."""

from collections.abc import Callable
from uuid import UUID

from flask import g, request
from sqlalchemy.orm import Session

from app.auth import permissions, queries, tokens
from app.auth.errors import SessionEnded, TokenMissing
from app.auth.models import Role
from app.auth.permissions import Verb
from app.auth.policies import can_enter
from app.auth.principal import Principal
from app.core.db import reading
from app.core.errors import Forbidden, NotFound, Unauthenticated

HotelOf = Callable[[Session, UUID], UUID | None]


def principal() -> Principal:
    """The person who asks. Raises the 401s of `auth.errors`."""
    person = principal_or_none()
    if person is None:
        raise TokenMissing
    return person


def principal_or_none() -> Principal | None:
    """The person who asks; None when no token was sent. A token that is no good is a 401 here too."""
    if "principal" not in g:
        g.principal = _identify()
    person: Principal | None = g.principal
    return person


def claimed_user_id() -> UUID | None:
    """Whose valid token was sent; the database is not asked. Enough to count requests by, not to allow any."""
    if "Authorization" not in request.headers:
        return None
    try:
        return _claims().user_id
    except Unauthenticated:
        return None


def admit(roles: tuple[Role, ...] = ()) -> None:
    """Lets in who is logged in and at least one of `roles`. Raises the 401s of `auth.errors`, Forbidden."""
    if not can_enter(principal(), roles):
        raise Forbidden


def allow(verb: Verb) -> None:
    """Lets in who may do it, at the hotel that the path names if it names one. Raises the 401s of `auth.errors`, Forbidden, NotFound."""
    permissions.require(principal(), verb, (request.view_args or {}).get("hotel_id"))


def allow_at(verb: Verb, name: str, hotel_of: HotelOf) -> None:
    """The same at the hotel of the thing that the path names as `name`. Raises NotFound for what is not there and for strangers to its
    hotel, who cannot tell.
    """
    person = principal()
    with reading() as session:
        hotel_id = hotel_of(session, (request.view_args or {})[name])
    if hotel_id is None:
        raise NotFound
    permissions.require(person, verb, hotel_id)


def _claims() -> tokens.Claims:
    """What the token proves, read once: who counts requests asks before who answers them. Raises the 401s of `auth.errors`."""
    if "claims" not in g:
        try:
            g.claims = tokens.of_header(request.headers.get("Authorization"))
        except Unauthenticated as error:
            g.claims = error
    found: tokens.Claims | Unauthenticated = g.claims
    if isinstance(found, Unauthenticated):
        raise found
    return found


def _identify() -> Principal | None:
    if "Authorization" not in request.headers:
        return None
    claims = _claims()
    with reading() as session:
        person = queries.find_principal(session, claims.session_id, claims.user_id)
    if person is None:
        raise SessionEnded
    return person
