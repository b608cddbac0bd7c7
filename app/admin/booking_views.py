"""Any booking, looked up by the platform's people over HTTP."""

from typing import Any
from uuid import UUID

from app.admin.schemas import BookingsQuery, FoundBookingsView, WholeBookingView
from app.admin.service import bookings
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb

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
