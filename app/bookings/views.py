"""Bookings over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.bookings.request import BookingRequest
from app.bookings.schemas import BookingIn, BookingOut, BookingsOut, CancelIn, PageArgs
from app.bookings.service import cancel, create, look
from app.core.blueprint import answer, sent_key

blp = Blueprint("bookings", __name__, url_prefix="/bookings", description="Hold rooms, look at bookings, cancel them")


@blp.route("", methods=["POST"])
@blp.login_required
@blp.idempotent
@blp.arguments(BookingIn)
@blp.response(201, BookingOut)
@blp.problems(400, 409, 415, 422, 429, 503)
def create_booking(body: BookingRequest) -> Response:
    """Book one or more rooms of one hotel, all or nothing

    Rooms paid now are held for 15 minutes; rooms paid at the hotel are confirmed at once. 409 `room_taken` names up to three other offers.
    """
    key = sent_key(principal().user_id, "bookings.create")
    made = create.by_guest(principal(), body, key)
    return answer(look.one(principal(), made.booking_id), 201, replayed=made.replayed)


@blp.route("", methods=["GET"])
@blp.login_required
@blp.arguments(PageArgs, location="query")
@blp.response(200, BookingsOut)
@blp.problems(422)
def list_bookings(args: dict[str, Any]) -> Response:
    """My bookings, newest first"""
    return answer(look.mine(principal(), args["cursor"], args["limit"]), 200)


@blp.route("/<uuid:booking_id>", methods=["GET"])
@blp.login_required
@blp.response(200, BookingOut)
@blp.problems(404)
def get_booking(booking_id: UUID) -> Response:
    """One booking, for its guest, its hotel and the platform"""
    return answer(look.one(principal(), booking_id), 200)


@blp.route("/<uuid:booking_id>/cancel", methods=["POST"])
@blp.login_required
@blp.idempotent
@blp.arguments(CancelIn)
@blp.response(200, BookingOut)
@blp.problems(400, 404, 409, 415, 422)
def cancel_booking(body: dict[str, Any], booking_id: UUID) -> Response:
    """Cancel my booking before it is paid"""
    key = sent_key(principal().user_id, f"bookings.cancel:{booking_id}")
    replayed = cancel.by_guest(principal(), booking_id, body["reason"], key)
    return answer(look.one(principal(), booking_id), 200, replayed=replayed)
