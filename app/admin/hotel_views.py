"""The platform's people at work on hotels, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.admin.schemas import NewHotel, QueueQuery, QueueView, ReasonIn
from app.admin.service import hotels
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core import etag
from app.hotels.schemas import HotelDetailView, StepIn
from app.hotels.service import steps
from app.hotels.states import Step

DETAIL = HotelDetailView()

blp = Blueprint(
    "admin_hotels", __name__, url_prefix="/admin/hotels", description="What the platform's people do with hotels."
)


@blp.get("")
@blp.allowed(Verb.LIST_HOTELS)
@blp.arguments(QueueQuery, location="query")
@blp.response(200, QueueView)
def list_queue(query: dict[str, Any]) -> dict[str, Any]:
    """List hotels in one state: the approval queue.

    `submitted` unless asked otherwise; those that have waited longest come first.
    """
    return hotels.queue(query["status"], query["cursor"], query["limit"])


@blp.post("")
@blp.allowed(Verb.CREATE_HOTEL)
@blp.arguments(NewHotel)
@blp.response(201, HotelDetailView)
@blp.problems(409)
def create_hotel(told: dict[str, Any]) -> Response:
    """Create a hotel that is active at once.

    409 `not_ready` with what is `missing` of the checklist. 422 `outside_nigeria`, `unknown_state`, `unknown_amenity`.
    """
    owner_email = told.pop("owner_email")
    return _answer(hotels.create_hotel(principal(), told, owner_email), 201)


@blp.post("/<uuid:hotel_id>/approve")
@blp.allowed(Verb.REVIEW_HOTELS)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def approve_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Approve a hotel: it sells from now on."""
    return _taken(hotel_id, Step.APPROVE, body)


@blp.post("/<uuid:hotel_id>/request-changes")
@blp.allowed(Verb.REVIEW_HOTELS)
@blp.arguments(ReasonIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def request_changes(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Send a hotel back to its people, who may hand it in again."""
    return _taken(hotel_id, Step.REQUEST_CHANGES, body)


@blp.post("/<uuid:hotel_id>/reject")
@blp.allowed(Verb.REVIEW_HOTELS)
@blp.arguments(ReasonIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def reject_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Reject a hotel for good."""
    return _taken(hotel_id, Step.REJECT, body)


@blp.post("/<uuid:hotel_id>/suspend")
@blp.allowed(Verb.SUSPEND_HOTELS)
@blp.arguments(ReasonIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def suspend_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Suspend a hotel.

    Nothing new is sold and no hold is confirmed any more: money that comes for one goes back. Confirmed bookings stay.
    """
    return _taken(hotel_id, Step.SUSPEND, body)


@blp.post("/<uuid:hotel_id>/reinstate")
@blp.allowed(Verb.SUSPEND_HOTELS)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def reinstate_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Lift a suspension."""
    return _taken(hotel_id, Step.REINSTATE, body)


@blp.post("/<uuid:hotel_id>/close")
@blp.allowed(Verb.CLOSE_HOTELS)
@blp.arguments(ReasonIn)
@blp.response(200, HotelDetailView)
@blp.problems(404, 409)
def close_any_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Close any hotel for good.

    409 `has_future_bookings` with their `count`.
    """
    return _taken(hotel_id, Step.CLOSE, body)


def _taken(hotel_id: UUID, step: Step, body: dict[str, Any]) -> Response:
    return _answer(steps.by_platform(principal(), hotel_id, step, body["reason"]))


def _answer(facts: dict[str, Any], status: int = 200) -> Response:
    return etag.tagged(DETAIL.dump(facts), facts["version"], status)
