"""Accounts over HTTP: opening one, coming in, and what links in mails lead to."""

from typing import Any

from app.auth import device
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.principal import Profile
from app.auth.schemas import (
    AcceptedView,
    ForgottenRequest,
    LinkRequest,
    LoginRequest,
    LoginView,
    RefreshRequest,
    RegisterRequest,
    ResetRequest,
    TokenForm,
    TokenView,
    UserView,
)
from app.auth.service import change_password, login, logout, refresh, register, verify_email
from app.auth.service.opened import LoggedIn
from app.auth.service.register import NewUser

NO_STORE = {"Cache-Control": "no-store"}

blp = Blueprint("auth", __name__, url_prefix="/auth", description="Accounts, logging in, staying logged in.")

Answer = tuple[LoggedIn, int, dict[str, str]]


@blp.post("/register")
@blp.arguments(RegisterRequest)
@blp.response(201, UserView)
@blp.problems(409, 422, 503)
def register_guest(body: dict[str, Any]) -> Profile:
    """Open an account.

    The account is a guest's and no session is opened; a link by which the e-mail is verified is mailed. 409 `email_taken`; 422
    `weak_password` for the e-mail itself and for what many people use.
    """
    del body["accepted_terms"]
    return register.guest(NewUser(**body))


@blp.post("/login")
@blp.arguments(LoginRequest)
@blp.response(200, LoginView)
@blp.problems(401, 403, 429, 503)
def log_in(body: dict[str, str]) -> Answer:
    """Log in.

    401 `bad_credentials` for an unknown e-mail as for a wrong password; 403 `account_suspended`; 429 `too_many_logins` after ten wrong
    passwords in a quarter of an hour, from addresses where the account was not used before; 503 `busy`.
    """
    return _answer(login.by_password(body["email"], body["password"], device.of_request()))


@blp.post("/refresh")
@blp.arguments(RefreshRequest)
@blp.response(200, LoginView)
@blp.problems(401, 409)
def refresh_session(body: dict[str, str]) -> Answer:
    """Get the next pair of tokens.

    The refresh token is used up. Used again within 10 seconds: 409 `refresh_raced`, use the newer pair. Used again
    later: 401 `refresh_reused`, and the session has ended. 401 `session_ended`, `token_expired`, `token_invalid`.
    """
    return _answer(refresh.by_token(body["refresh_token"]))


@blp.post("/logout")
@blp.login_required
@blp.response(204)
def log_out() -> None:
    """Log out.

    The session ends; its access and refresh tokens are refused from now on.
    """
    logout.here(principal().session_id)


@blp.post("/logout-all")
@blp.login_required
@blp.response(204)
def log_out_everywhere() -> None:
    """Log out everywhere.

    All sessions end, this one included.
    """
    logout.everywhere(principal())


@blp.post("/token")
@blp.arguments(TokenForm, location="form")
@blp.response(200, TokenView)
@blp.problems(401, 403, 429, 503)
def token(form: dict[str, str]) -> Answer:
    """Log in by an HTML form.

    OAuth 2.0's password grant, for the Authorize button of API browsers; other clients use `/auth/login`.
    """
    return _answer(login.by_password(form["username"], form["password"], device.of_request()))


@blp.post("/email/verify")
@blp.arguments(LinkRequest)
@blp.response(200, UserView)
@blp.problems(409, 410)
def verify(body: dict[str, str]) -> Profile:
    """Verify an e-mail.

    By the token of a link that was mailed there, good for 24 hours and once. A link to a new e-mail makes it the account's; 409
    `email_taken` when somebody else has it by now. 410 `link_expired` for every token that is no good.
    """
    return verify_email.by_link(body["token"])


@blp.post("/email/verify/resend")
@blp.login_required
@blp.response(202, AcceptedView)
@blp.problems(409, 429)
def resend() -> dict[str, str]:
    """Have the link mailed again.

    409 `email_is_verified`; 429 `too_many_mails`: one a minute, five a day.
    """
    verify_email.resend(principal())
    return {}


@blp.post("/password/forgot")
@blp.arguments(ForgottenRequest)
@blp.response(202, AcceptedView)
def forgot(body: dict[str, str]) -> dict[str, str]:
    """Have a link to a new password mailed.

    202 whether there is such an account or not.
    """
    change_password.forgotten(body["email"], device.of_request())
    return {}


@blp.post("/password/reset")
@blp.arguments(ResetRequest)
@blp.response(204)
@blp.problems(410, 503)
def reset(body: dict[str, str]) -> None:
    """Set a new password by a link.

    The link is good for 30 minutes and once. All sessions end. 410 `link_expired` for every token that is no good; 422 `weak_password`.
    """
    change_password.by_link(body["token"], body["password"], device.of_request())


def _answer(logged_in: LoggedIn) -> Answer:
    """Tokens are kept by nobody on the way (RFC 6749, section 5.1)."""
    return logged_in, 200, NO_STORE
