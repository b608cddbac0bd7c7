"""The platform's people at work on accounts, over HTTP."""

from typing import Any
from uuid import UUID

from app.admin.schemas import (
    FoundUsersView,
    PersonMaybeReasonIn,
    PersonReasonIn,
    PersonView,
    PlatformRoleIn,
    UsersQuery,
)
from app.admin.service import users
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb

blp = Blueprint(
    "admin_users", __name__, url_prefix="/admin/users", description="What the platform's people do about accounts."
)


@blp.get("")
@blp.allowed(Verb.SEE_USERS)
@blp.arguments(UsersQuery, location="query")
@blp.response(200, FoundUsersView)
def find_users(query: dict[str, Any]) -> dict[str, Any]:
    """Find people, who came last being first."""
    return users.find(**query)


@blp.get("/<uuid:user_id>")
@blp.allowed(Verb.SEE_USERS)
@blp.response(200, PersonView)
@blp.problems(404)
def show_user(user_id: UUID) -> dict[str, Any]:
    """Look at one person.

    That it was done is noted in the audit log.
    """
    return users.show(principal(), user_id)


@blp.post("/<uuid:user_id>/suspend")
@blp.allowed(Verb.SUSPEND_USERS)
@blp.arguments(PersonReasonIn)
@blp.response(200, PersonView)
@blp.problems(404, 409)
def suspend_user(body: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Suspend an account.

    Its sessions end at once, its live screens within five seconds; the person is told why. What he has booked stands, and a hotel that he
    runs goes on, even if he is its last admin. 409 `cannot_suspend_oneself`, `last_platform_admin`, `illegal_transition`.
    """
    return users.suspend(principal(), user_id, body["reason"])


@blp.post("/<uuid:user_id>/reinstate")
@blp.allowed(Verb.SUSPEND_USERS)
@blp.arguments(PersonMaybeReasonIn)
@blp.response(200, PersonView)
@blp.problems(404, 409)
def reinstate_user(body: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Lift the suspension of an account.

    The person is told. Sessions and links that ended stay ended. 409 `illegal_transition`.
    """
    return users.reinstate(principal(), user_id, body["reason"])


@blp.post("/<uuid:user_id>/role")
@blp.allowed(Verb.SET_ROLES)
@blp.arguments(PlatformRoleIn)
@blp.response(200, PersonView)
@blp.problems(404, 409)
def set_user_role(body: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Make somebody an admin of the platform, or a guest again.

    It holds from his next request on. 409 `cannot_change_own_role`, `last_platform_admin`; `email_unproved` for who has not verified his
    e-mail; `illegal_transition` for an account that is erased.
    """
    return users.set_role(principal(), user_id, body["role"], body["reason"])
