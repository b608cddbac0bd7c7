"""Any booking, looked up by the platform's people over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.admin.schemas import BookingsQuery, FoundBookingsView, PlatformCancelIn, WholeBookingView
from app.admin.service import bookings
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core.blueprint import answer, sent_key

BOOKING = WholeBookingView()

blp = Blueprint(
    "admin_bookings", __name__, url_prefix="/admin/bookings", description="Any booking, for the platform's people."
)


@blp.get("")
@blp.allowed(Verb.SEE_ANY_BOOKING)
@blp.arguments(BookingsQuery, location="query")
@blp.response(200, FoundBookingsView)
def find_bookings(query: dict[str, Any]) -> dict[str, Any]:
    """Find bookings of whomever, newest first."""
    return bookings.find(**query)


@blp.get("/<uuid:booking_id>")
@blp.allowed(Verb.SEE_ANY_BOOKING)
@blp.response(200, WholeBookingView)
@blp.problems(404)
def show_booking(booking_id: UUID) -> dict[str, Any]:
    """Look at one booking: its history, its money, and what became of its mails.

    That it was done is noted in the audit log.
    """
    return bookings.show(principal(), booking_id)


@blp.post("/<uuid:booking_id>/cancel")
@blp.allowed(Verb.CANCEL_ANY_BOOKING)
@blp.idempotent
@blp.arguments(PlatformCancelIn)
@blp.response(200, BOOKING)
@blp.problems(400, 404, 409)
def cancel_any_booking(body: dict[str, Any], booking_id: UUID) -> Response:
    """Cancel any booking.

    The guest gets all of his money back (`full`), or what its terms leave (`policy`), and is told why. 409 `illegal_transition`.
    """
    who = principal()
    key = sent_key(who.user_id, f"admin.cancel:{booking_id}")
    replayed = bookings.cancel_any(who, booking_id, body["refund"], body["reason"], key=key)
    return answer(BOOKING.dump(bookings.shown(booking_id)), 200, replayed=replayed)
