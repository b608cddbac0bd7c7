"""Who runs a hotel, over HTTP."""

from typing import Any
from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.hotels.models import Invitation
from app.hotels.schemas import (
    InvitationIn,
    InvitationsView,
    InvitationView,
    JoinedView,
    MembersView,
    MemberView,
    RoleIn,
    TokenIn,
)
from app.hotels.service import invitations, members

blp = Blueprint("members", __name__, url_prefix="/hotels", description="Who runs a hotel, and who is asked to.")
invitations_blp = Blueprint(
    "invitations", __name__, url_prefix="/invitations", description="Links that people were sent."
)


@blp.get("/<uuid:hotel_id>/members")
@blp.allowed(Verb.SEE_MEMBERS)
@blp.response(200, MembersView)
def list_members(hotel_id: UUID) -> dict[str, Any]:
    """List who runs a hotel, who came first being first."""
    return members.show(hotel_id)


@blp.patch("/<uuid:hotel_id>/members/<uuid:user_id>")
@blp.allowed(Verb.MANAGE_MEMBERS)
@blp.arguments(RoleIn)
@blp.response(200, MemberView)
@blp.problems(409)
def change_member(body: dict[str, Any], hotel_id: UUID, user_id: UUID) -> Any:
    """Give a member another role.

    409 `last_hotel_admin`.
    """
    return members.change_role(principal(), hotel_id, user_id, body["role"])


@blp.delete("/<uuid:hotel_id>/members/<uuid:user_id>")
@blp.login_required
@blp.response(204)
@blp.problems(403, 404, 409)
def remove_member(hotel_id: UUID, user_id: UUID) -> None:
    """Take a member's place away, or give up one's own.

    It counts at once; live screens close within seconds. 409 `last_hotel_admin`.
    """
    members.remove(principal(), hotel_id, user_id)


@blp.get("/<uuid:hotel_id>/invitations")
@blp.allowed(Verb.SEE_MEMBERS)
@blp.response(200, InvitationsView)
def list_invitations(hotel_id: UUID) -> dict[str, Any]:
    """List invitations that can still be accepted, oldest first."""
    return invitations.show(hotel_id)


@blp.post("/<uuid:hotel_id>/invitations")
@blp.allowed(Verb.MANAGE_MEMBERS)
@blp.arguments(InvitationIn)
@blp.response(202, InvitationView)
@blp.problems(409)
def invite_member(body: dict[str, Any], hotel_id: UUID) -> Invitation:
    """Invite somebody to run the hotel.

    A link is mailed to the address; it works once, for seven days. A second invitation to an address replaces the first. 409
    `already_member`, `too_many_invitations` that are open; 429 `invited_too_often`.
    """
    return invitations.invite(principal(), hotel_id, body["email"], body["role"])


@blp.delete("/<uuid:hotel_id>/invitations/<uuid:invitation_id>")
@blp.allowed(Verb.MANAGE_MEMBERS)
@blp.response(204)
def withdraw_invitation(hotel_id: UUID, invitation_id: UUID) -> None:
    """Withdraw an invitation; its link no longer works."""
    invitations.withdraw(principal(), hotel_id, invitation_id)


@invitations_blp.post("/accept")
@invitations_blp.login_required
@invitations_blp.arguments(TokenIn)
@invitations_blp.response(200, JoinedView)
@invitations_blp.problems(403, 409, 410)
def accept_invitation(body: dict[str, Any]) -> dict[str, Any]:
    """Take the place that a mailed link offers.

    The link also proves the account's e-mail. 403 `not_your_invitation` for another account than that of the address; 410 `link_expired`;
    409 `already_member`.
    """
    return invitations.accept(principal(), body["token"])
