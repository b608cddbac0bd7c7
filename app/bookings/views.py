"""Bookings over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.auth.guard import principal
from app.bookings import guard
from app.bookings.blueprint import Blueprint
from app.bookings.change_schemas import ChangeIn, ChangePreviewOut
from app.bookings.reference import as_written
from app.bookings.request import BookingRequest, ChangeRequest
from app.bookings.schemas import (
    BookingIn,
    BookingMadeOut,
    BookingOut,
    BookingsOut,
    CancelIn,
    LinkAskedOut,
    LookupIn,
    PageArgs,
    PreviewOut,
)
from app.bookings.service import cancel, change, create, look, lookup, preview
from app.core.blueprint import answer, sent_key, sent_secret_key

blp = Blueprint(
    "bookings", __name__, url_prefix="/bookings", description="Hold rooms, look at bookings, change and cancel them"
)


@blp.route("", methods=["POST"])
@blp.login_optional
@blp.idempotent
@blp.arguments(BookingIn)
@blp.response(201, BookingMadeOut)
@blp.problems(400, 409, 415, 422, 429, 503)
def create_booking(body: BookingRequest) -> Response:
    """Book one or more rooms of one hotel, all or nothing

    Rooms paid now are held for 15 minutes; rooms paid at the hotel are confirmed at once. 409 `room_taken` names up to three other offers.
    Without a login the guest's telephone number is required, the Idempotency-Key is a secret of at least 16 characters, and the answer
    carries the `booking_token`. 429 `too_many_holds`, `too_many_unpaid_bookings`: enough is open for this guest or this e-mail, or very
    much from this network.
    """
    booker, route = guard.booker(), "bookings.create"
    key = sent_key(booker.user_id, route) if booker.user_id else sent_secret_key(body.guest.email, route)
    made = create.by_guest(booker, body, key)
    response = answer(look.made(made.booking_id), 201, replayed=made.replayed)
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("", methods=["GET"])
@blp.login_required
@blp.arguments(PageArgs, location="query")
@blp.response(200, BookingsOut)
@blp.problems(422)
def list_bookings(args: dict[str, Any]) -> Response:
    """My bookings, newest first"""
    return answer(look.mine(principal(), args["cursor"], args["limit"]), 200)


@blp.route("/<uuid:booking_id>", methods=["GET"])
@blp.login_or_booking_token
@blp.response(200, BookingOut)
@blp.problems(404)
def get_booking(booking_id: UUID) -> Response:
    """One booking, for its guest, its hotel and the platform"""
    return answer(look.one(guard.asker(), booking_id), 200)


@blp.route("/by-reference/<booking_reference>", methods=["GET"])
@blp.login_or_booking_token
@blp.response(200, BookingOut)
@blp.problems(404)
def get_booking_by_reference(booking_reference: str) -> Response:
    """One booking by its reference: where the link in a mail leads"""
    return answer(look.by_reference(guard.asker(), booking_reference), 200)


@blp.route("/<uuid:booking_id>/cancellation", methods=["GET"])
@blp.login_or_booking_token
@blp.response(200, PreviewOut)
@blp.problems(404, 409)
def preview_cancellation(booking_id: UUID) -> Response:
    """What cancelling my booking would cost

    The token holds us to it for ten minutes, even past a deadline, as long as the booking stays as it is. 409 `illegal_transition`,
    `stay_has_begun`: it cannot be cancelled any more.
    """
    response = answer(preview.of(guard.asker(), booking_id), 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/<uuid:booking_id>/cancel", methods=["POST"])
@blp.login_or_booking_token
@blp.idempotent
@blp.arguments(CancelIn)
@blp.response(200, BookingOut)
@blp.problems(400, 404, 409, 415, 422)
def cancel_booking(body: dict[str, Any], booking_id: UUID) -> Response:
    """Cancel my booking

    What was paid goes back but for the penalty of its terms; a penalty that nothing was paid of is owed to the hotel. 409
    `preview_outdated`: ask for the preview again; `stay_has_begun`: from the day after check-in on the hotel is to be asked.
    """
    asker = guard.asker()
    key = sent_key(asker.scope, f"bookings.cancel:{booking_id}")
    replayed = cancel.by_guest(asker, booking_id, cancel.Wish(body["reason"], body["preview_token"]), key)
    return answer(look.one(asker, booking_id), 200, replayed=replayed)


@blp.route("/<uuid:booking_id>/change/preview", methods=["POST"])
@blp.login_or_booking_token
@blp.arguments(ChangeIn)
@blp.response(200, ChangePreviewOut)
@blp.problems(404, 409, 415, 422)
def preview_change(body: ChangeRequest, booking_id: UUID) -> Response:
    """What another stay, other rooms or other guests would cost

    Nothing is held by it. Refused as the change itself would be.
    """
    return answer(change.preview(guard.asker(), booking_id, body), 200)


@blp.route("/<uuid:booking_id>/change", methods=["POST"])
@blp.login_or_booking_token
@blp.idempotent
@blp.arguments(ChangeIn)
@blp.response(200, BookingOut)
@blp.problems(400, 404, 409, 415, 422)
def change_booking(body: ChangeRequest, booking_id: UUID) -> Response:
    """Change my booking

    All or nothing. What costs more and is paid now is held for 15 minutes and applied when `POST …/payments` was paid: `change` tells so
    meanwhile, and one that is asked for later takes its place. 409 `room_taken`, `price_changed`, `not_changeable`; 422 `nothing_changes`.
    """
    asker = guard.asker()
    key = sent_key(asker.scope, f"bookings.change:{booking_id}")
    replayed = change.by_guest(asker, booking_id, body, key)
    return answer(look.one(asker, booking_id), 200, replayed=replayed)


@blp.route("/lookup", methods=["POST"])
@blp.arguments(LookupIn)
@blp.response(200, BookingOut)
@blp.problems(404, 415, 422, 429, 503)
def look_up_booking(body: dict[str, str]) -> Response:
    """Look at a booking by its reference and e-mail

    For who has neither account nor link at hand: to read, without telephone number, wishes and actions. 404 whichever of the two is
    wrong; after ten failures for a reference, or a hundred from an address, in a quarter of an hour 429 `too_many_lookups`.
    """
    return answer(lookup.one(_asked(body)), 200)


@blp.route("/lookup/link", methods=["POST"])
@blp.arguments(LookupIn)
@blp.response(202, LinkAskedOut)
@blp.problems(415, 422, 429, 503)
def mail_booking_link(body: dict[str, str]) -> Response:
    """Have the link to a booking mailed to its guest again

    202 whether there is such a booking or not; the mail goes to the booking's own address, three times an hour at most. 429
    `too_many_lookups` as for looking it up.
    """
    lookup.mail_link(_asked(body))
    return answer({"ok": True}, 202)


def _asked(body: dict[str, str]) -> lookup.Asked:
    return lookup.Asked(as_written(body["reference"]), body["email"], guard.client_address())
