"""Accounts and sessions over HTTP."""

from typing import Any

from flask import request
from flask.views import MethodView

from app.auth import service
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.principal import Principal, Profile
from app.auth.schemas import (
    LoginRequest,
    LoginView,
    ProfileChanges,
    RefreshRequest,
    RegisterRequest,
    TokenForm,
    TokenView,
    UserView,
)
from app.auth.service import Device, LoggedIn, NewUser

USER_AGENT_LONGEST = 300
NO_STORE = {"Cache-Control": "no-store"}

blp = Blueprint("auth", __name__, url_prefix="/auth", description="Accounts, logging in, staying logged in.")
users_blp = Blueprint("users", __name__, url_prefix="/users", description="The person who is logged in.")

Answer = tuple[LoggedIn, int, dict[str, str]]


@blp.post("/register")
@blp.arguments(RegisterRequest)
@blp.response(201, UserView)
@blp.problems(409)
def register(body: dict[str, Any]) -> Profile:
    """Open an account.

    The account is a guest's and no session is opened. 409 `email_taken`.
    """
    return service.register(NewUser(**body))


@blp.post("/login")
@blp.arguments(LoginRequest)
@blp.response(200, LoginView)
@blp.problems(401, 403, 503)
def login(body: dict[str, str]) -> Answer:
    """Log in.

    401 `bad_credentials` for an unknown e-mail as for a wrong password; 403 `account_suspended`.
    """
    return _answer(service.login(body["email"], body["password"], _device()))


@blp.post("/refresh")
@blp.arguments(RefreshRequest)
@blp.response(200, LoginView)
@blp.problems(401, 409)
def refresh(body: dict[str, str]) -> Answer:
    """Get the next pair of tokens.

    The refresh token is used up. Used again within 10 seconds: 409 `refresh_raced`, use the newer pair. Used again
    later: 401 `refresh_reused`, and the session has ended. 401 `session_ended`, `token_expired`, `token_invalid`.
    """
    return _answer(service.refresh(body["refresh_token"]))


@blp.post("/logout")
@blp.login_required
@blp.response(204)
def logout() -> None:
    """Log out.

    The session ends; its access and refresh tokens are refused from now on.
    """
    service.logout(principal().session_id)


@blp.post("/token")
@blp.arguments(TokenForm, location="form")
@blp.response(200, TokenView)
@blp.problems(401, 403, 503)
def token(form: dict[str, str]) -> Answer:
    """Log in by an HTML form.

    OAuth 2.0's password grant, for the Authorize button of API browsers; other clients use `/auth/login`.
    """
    return _answer(service.login(form["username"], form["password"], _device()))


@users_blp.route("/me")
class Me(MethodView):
    @users_blp.login_required
    @users_blp.response(200, UserView)
    def get(self) -> Principal:
        """See oneself."""
        return principal()

    @users_blp.login_required
    @users_blp.arguments(ProfileChanges)
    @users_blp.response(200, UserView)
    def patch(self, changes: dict[str, str | None]) -> Principal:
        """Change one's name or telephone number."""
        return service.update_profile(principal(), changes)


def _device() -> Device:
    return Device(request.user_agent.string[:USER_AGENT_LONGEST] or None, request.remote_addr)


def _answer(logged_in: LoggedIn) -> Answer:
    """Tokens are kept by nobody on the way (RFC 6749, section 5.1)."""
    return logged_in, 200, NO_STORE
