"""Why a person is not let in, or may not change what he asks for."""

from app.core.db_errors import constraint_means
from app.core.errors import Conflict, Forbidden, Gone, Invalid, TooMany, Unauthenticated


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


class TooManyLogins(TooMany):
    """Told before any password is looked at, and to all e-mails alike, whether there is an account or not."""

    code, title = "too_many_logins", "Too many wrong passwords; wait a while, or have a new password mailed to you"


class WrongPassword(Forbidden):
    """To who is logged in and must show his password once more."""

    code, title = "wrong_password", "This is not your password"


class WeakPassword(Invalid):
    """One that is guessed first; `errors` says why."""

    code, title = "weak_password", "This password is too easy to guess"


class LinkExpired(Gone):
    """One answer for a link that is used, too old, altered, for something else or not ours: nobody learns which."""

    code, title = "link_expired", "This link has been used or is too old; ask for another"


class TooManyMails(TooMany):
    code, title = "too_many_mails", "We have just sent you such a mail; look for it, or try again later"


class EmailVerified(Conflict):
    code, title = "email_is_verified", "Your e-mail is verified already"


class SameEmail(Conflict):
    code, title = "same_email", "This is the e-mail of your account already"


class EmailTaken(Conflict):
    code, title = "email_taken", "There is an account with this e-mail already"


class EmailUnproved(Conflict):
    """Anybody can open an account under somebody else's address."""

    code, title = "email_unproved", "This person has not verified his e-mail yet"


class LastPlatformAdmin(Conflict):
    code, title = "last_platform_admin", "The platform keeps at least one admin; make somebody else one first"


constraint_means("uq_users_email", EmailTaken)
