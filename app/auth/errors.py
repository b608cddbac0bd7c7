"""Why a person is not let in."""

from app.core.db_errors import constraint_means
from app.core.errors import Conflict, Forbidden, Unauthenticated


class TokenMissing(Unauthenticated):
    code, title = "token_missing", "Log in first: send Authorization: Bearer and an access token"


class TokenInvalid(Unauthenticated):
    code, title = "token_invalid", "This token is not one of ours, or not of the kind needed here"


class TokenExpired(Unauthenticated):
    code, title = "token_expired", "This token has expired"


class SessionEnded(Unauthenticated):
    """One answer for a session that is revoked or over and for a user who is suspended or gone."""

    code, title = "session_ended", "This session has ended; log in again"


class RefreshReused(Unauthenticated):
    """Somebody holds a copy of this refresh token, so all tokens of its session are dead."""

    code, title = "refresh_reused", "This refresh token was used before; the session has been ended, log in again"


class RefreshRaced(Conflict):
    """Another request of the same client was faster: its pair is the valid one."""

    code, title = "refresh_raced", "This session was refreshed a moment ago; use the newer tokens"


class BadCredentials(Unauthenticated):
    """The same for an unknown e-mail and a wrong password."""

    code, title = "bad_credentials", "E-mail and password do not match"


class AccountSuspended(Forbidden):
    """Told only to those who know the password."""

    code, title = "account_suspended", "This account is suspended; write to our support"


class EmailTaken(Conflict):
    code, title = "email_taken", "There is an account with this e-mail already"


constraint_means("uq_users_email", EmailTaken)
