"""The person who is logged in, over HTTP."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.principal import Principal
from app.auth.schemas import AcceptedView, EmailChange, PasswordChange, ProfileChanges, SessionsView, UserView
from app.auth.service import change_email, change_password, logout, profile

blp = Blueprint("users", __name__, url_prefix="/users/me", description="The person who is logged in.")


@blp.route("")
class Me(MethodView):
    @blp.login_required
    @blp.response(200, UserView)
    def get(self) -> Principal:
        """See oneself."""
        return principal()

    @blp.login_required
    @blp.arguments(ProfileChanges)
    @blp.response(200, UserView)
    def patch(self, changes: dict[str, Any]) -> Principal:
        """Change one's name, telephone number or consent to marketing."""
        return profile.update(principal(), changes)


@blp.get("/sessions")
@blp.login_required
@blp.response(200, SessionsView)
def sessions() -> dict[str, list[logout.OwnSession]]:
    """See where one is logged in.

    Sessions that live, the last used first.
    """
    return logout.look(principal())


@blp.delete("/sessions/<uuid:session_id>")
@blp.login_required
@blp.response(204)
@blp.problems(404)
def end_session(session_id: UUID) -> None:
    """Log out on another device.

    One's own session too. 404 for one that has ended, and for those of others.
    """
    logout.there(principal(), session_id)


@blp.post("/password")
@blp.login_required
@blp.arguments(PasswordChange)
@blp.response(204)
@blp.problems(403, 429, 503)
def change_own_password(body: dict[str, str]) -> None:
    """Change one's password.

    All other sessions end. 403 `wrong_password`, 429 `too_many_logins` after ten of them; 422 `weak_password`.
    """
    change_password.by_owner(principal(), body["current_password"], body["new_password"])


@blp.post("/email")
@blp.login_required
@blp.arguments(EmailChange)
@blp.response(202, AcceptedView)
@blp.problems(403, 409, 429, 503)
def change_own_email(body: dict[str, str]) -> dict[str, str]:
    """Ask for another e-mail.

    A link is mailed to it; `POST /auth/email/verify` with its token makes it the account's. The same answer when it is somebody
    else's. 403 `wrong_password`, 409 `same_email`, 429 `too_many_logins`, `too_many_mails`: five a day.
    """
    change_email.ask(principal(), body["email"], body["password"])
    return {}
