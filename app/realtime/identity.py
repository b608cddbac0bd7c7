"""Who is at the other end of a socket, asked of the database at that moment."""

from dataclasses import dataclass
from uuid import UUID

from app.auth import queries, tokens
from app.auth.errors import SessionEnded
from app.auth.principal import Principal
from app.core.db import reading


@dataclass(frozen=True, slots=True)
class Identity:
    """`expires_at`: the token's end, in seconds of the epoch."""

    person: Principal
    expires_at: float


def identify(token: object) -> Identity:
    """Whose access token this is. Raises TokenInvalid, TokenExpired, SessionEnded."""
    claims = tokens.decode_access(token)
    return Identity(living(claims.session_id, claims.user_id), claims.expires_at)


def living(session_id: UUID, user_id: UUID) -> Principal:
    """The person of a session as he is now. Raises SessionEnded."""
    with reading() as session:
        person = queries.find_principal(session, session_id, user_id)
    if person is None:
        raise SessionEnded
    return person
