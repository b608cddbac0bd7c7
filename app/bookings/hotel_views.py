"""A hotel's word on its bookings, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.bookings.asker import Asker
from app.bookings.change_schemas import ChangeIn, ChangePreviewOut, HotelCancelIn, WaiverIn
from app.bookings.request import ChangeRequest
from app.bookings.schemas import BookingOut
from app.bookings.service import cancel, change, look, waive
from app.core.blueprint import answer, sent_key

blp = Blueprint(
    "hotel_bookings", __name__, url_prefix="/hotels", description="A hotel cancels and changes bookings of its guests."
)


@blp.post("/<uuid:hotel_id>/bookings/<uuid:booking_id>/cancel")
@blp.allowed(Verb.CANCEL_BOOKINGS)
@blp.idempotent
@blp.arguments(HotelCancelIn)
@blp.response(200, BookingOut)
@blp.problems(400, 409, 415, 422)
def cancel_as_hotel(body: dict[str, Any], hotel_id: UUID, booking_id: UUID) -> Response:
    """Cancel a booking for the hotel

    The guest gets all of his money back and is told why. 409 `illegal_transition`.
    """
    key = sent_key(principal().user_id, f"hotels.cancel:{booking_id}")
    word = cancel.Word(body["reason"], key, body["reason_code"])
    return _shown(booking_id, replayed=cancel.by_hotel(principal(), hotel_id, booking_id, word))


@blp.post("/<uuid:hotel_id>/bookings/<uuid:booking_id>/waiver")
@blp.allowed(Verb.WAIVE_PENALTIES)
@blp.idempotent
@blp.arguments(WaiverIn)
@blp.response(200, BookingOut)
@blp.problems(400, 409, 415, 422)
def waive_penalty(body: dict[str, Any], hotel_id: UUID, booking_id: UUID) -> Response:
    """Let a guest off what his cancellation cost, or a part of it

    What he has paid above it goes back. 409 `illegal_transition` for a booking that is not cancelled, `nothing_to_waive`.
    """
    key = sent_key(principal().user_id, f"hotels.waive:{booking_id}")
    waiver = waive.Waiver(body["penalty_amount"], body["reason"], key)
    return _shown(booking_id, replayed=waive.by_hotel(principal(), hotel_id, booking_id, waiver))


@blp.post("/<uuid:hotel_id>/bookings/<uuid:booking_id>/change/preview")
@blp.allowed(Verb.CHANGE_BOOKINGS)
@blp.arguments(ChangeIn)
@blp.response(200, ChangePreviewOut)
@blp.problems(409, 415, 422)
def preview_change_as_hotel(body: ChangeRequest, hotel_id: UUID, booking_id: UUID) -> Response:
    """What a change of a guest's booking would cost"""
    return answer(change.preview_of_hotel(principal(), hotel_id, booking_id, body), 200)


@blp.post("/<uuid:hotel_id>/bookings/<uuid:booking_id>/change")
@blp.allowed(Verb.CHANGE_BOOKINGS)
@blp.idempotent
@blp.arguments(ChangeIn)
@blp.response(200, BookingOut)
@blp.problems(400, 409, 415, 422)
def change_as_hotel(body: ChangeRequest, hotel_id: UUID, booking_id: UUID) -> Response:
    """Change a booking for its guest

    By the same rules and prices as the guest himself. What costs more and is paid now is asked of him by mail, and held for a day.
    """
    key = sent_key(principal().user_id, f"hotels.change:{booking_id}")
    return _shown(booking_id, replayed=change.by_hotel(principal(), hotel_id, booking_id, body, key=key))


def _shown(booking_id: UUID, *, replayed: bool) -> Response:
    return answer(look.one(Asker(principal()), booking_id), 200, replayed=replayed)
