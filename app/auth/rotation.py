"""What becomes of a refresh token that is shown to us.

Each refresh replaces the token. The one just replaced is forgiven for ten seconds (two tabs of a browser refresh at
once: one of them gets the pair, the other is told to use it); after that, or for any older one, two people hold tokens
of the session and it ends for both. This is the rotation of RFC 9700, section 4.14.2.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from app.auth.models import LoginSession

FORGIVEN = timedelta(seconds=10)


class Verdict(Enum):
    ROTATE = auto()
    RACED = auto()
    REUSED = auto()
    ENDED = auto()


def judge(family: LoginSession | None, jti: UUID, at: datetime) -> Verdict:
    """`family`: the session that the token names; `jti`: the token's id; `at`: now, by the database's clock."""
    if family is None or family.revoked_at is not None or family.expires_at <= at:
        return Verdict.ENDED
    if jti == family.refresh_jti:
        return Verdict.ROTATE
    if jti == family.previous_jti and family.rotated_at is not None and at - family.rotated_at < FORGIVEN:
        return Verdict.RACED
    return Verdict.REUSED
