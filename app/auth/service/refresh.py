"""Staying logged in."""

from uuid import uuid4

from app.auth import queries, tokens
from app.auth.errors import RefreshRaced, RefreshReused, SessionEnded
from app.auth.rotation import Verdict, judge
from app.auth.service import opened
from app.auth.service.opened import LoggedIn
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import AppError
from app.core.logging import logger

log = logger(__name__)

REFUSALS: dict[Verdict, type[AppError]] = {
    Verdict.ENDED: SessionEnded,
    Verdict.RACED: RefreshRaced,
    Verdict.REUSED: RefreshReused,
}


def by_token(refresh_token: str) -> LoggedIn:
    """The next pair of a session; the token shown is used up.

    The session's row is locked, so of two requests with one token exactly one gets a pair.
    Raises TokenInvalid, TokenExpired, SessionEnded, RefreshRaced, RefreshReused.
    """
    claims, next_jti = tokens.decode_refresh(refresh_token), uuid4()
    with transaction() as session:
        family = queries.lock_login_session(session, claims.session_id)
        at = now(session)
        verdict = judge(family, claims.jti, at)
        if verdict is Verdict.REUSED:
            opened.end(session, claims.session_id, "reuse")
        is_next = verdict is Verdict.ROTATE
        person = opened.turn(session, family, next_jti, at) if family is not None and is_next else None
    if person is None:
        # Only now: a refusal raised inside would have taken the revocation back.
        log.warning("refresh_refused", verdict=verdict.name.lower(), session_id=str(claims.session_id))
        raise REFUSALS[verdict]
    return LoggedIn(tokens.issue(person, next_jti), person)
