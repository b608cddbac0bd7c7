"""Hotels over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core import etag
from app.hotels.queries import Wanted
from app.hotels.schemas import (
    AmenitiesView,
    ChecklistView,
    HotelChanges,
    HotelDetailView,
    HotelDraft,
    HotelListQuery,
    HotelListView,
    StepIn,
)
from app.hotels.service import birth, change, look, steps
from app.hotels.states import Step

DETAIL = HotelDetailView()

blp = Blueprint("hotels", __name__, url_prefix="/hotels", description="Hotels and who runs them.")
amenities_blp = Blueprint("amenities", __name__, url_prefix="/amenities", description="The catalogue of amenities.")


@blp.get("")
@blp.arguments(HotelListQuery, location="query")
@blp.response(200, HotelListView)
def list_hotels(query: dict[str, Any]) -> dict[str, Any]:
    """List hotels.

    Active ones, oldest first, by cursor. For hotels that are free on given dates see `/hotels/search`.
    """
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    return look.list_active(Wanted(**query), cursor, limit)


@blp.post("")
@blp.allowed(Verb.DRAFT_HOTEL)
@blp.arguments(HotelDraft)
@blp.response(201, HotelDetailView)
@blp.problems(409)
def draft_hotel(told: dict[str, Any]) -> Response:
    """Draft a hotel of one's own.

    Whoever drafts it becomes its admin. Nobody else sees it before it is approved. 403 `email_not_verified`; 409 `too_many_drafts`;
    422 `outside_nigeria`, `unknown_state`, `unknown_amenity`, `unknown_time_zone`.
    """
    return _answer(birth.draft(principal(), told), 201)


@blp.patch("/<uuid:hotel_id>")
@blp.allowed(Verb.EDIT_HOTEL)
@blp.conditional
@blp.arguments(HotelChanges)
@blp.response(200, HotelDetailView)
@blp.problems(409)
def change_hotel(told: dict[str, Any], hotel_id: UUID) -> Response:
    """Change a hotel's facts.

    Send the `ETag` of what was read as `If-Match`. 409 `hotel_is_over` once it is rejected or closed, `not_ready` when a hotel that was
    handed in would lose what the checklist demands. 422 `outside_nigeria`, `unknown_state`, `unknown_amenity`, `unknown_time_zone`.
    """
    return _answer(change.change(principal(), hotel_id, told, etag.seen()))


@blp.get("/<uuid:hotel_id>/checklist")
@blp.allowed(Verb.SEE_HOTEL)
@blp.response(200, ChecklistView)
def show_checklist(hotel_id: UUID) -> dict[str, Any]:
    """See what a hotel lacks to be handed in, and what the platform said last."""
    return look.show_checklist(hotel_id)


@blp.post("/<uuid:hotel_id>/submit")
@blp.allowed(Verb.SUBMIT_HOTEL)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(409)
def submit_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Hand a hotel in for approval.

    409 `not_ready` with what is `missing` of the checklist; `illegal_transition`.
    """
    return _answer(steps.by_hotel(principal(), hotel_id, Step.SUBMIT, body["reason"]))


@blp.post("/<uuid:hotel_id>/pause")
@blp.allowed(Verb.PAUSE_HOTEL)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(409)
def pause_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Stop selling for a while.

    Nothing new is sold. Bookings stay, and who holds a room may still pay for it. 409 `illegal_transition`.
    """
    return _answer(steps.by_hotel(principal(), hotel_id, Step.PAUSE, body["reason"]))


@blp.post("/<uuid:hotel_id>/resume")
@blp.allowed(Verb.PAUSE_HOTEL)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(409)
def resume_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Sell again after a pause.

    409 `illegal_transition`.
    """
    return _answer(steps.by_hotel(principal(), hotel_id, Step.RESUME, body["reason"]))


@blp.post("/<uuid:hotel_id>/close")
@blp.allowed(Verb.CLOSE_HOTEL)
@blp.arguments(StepIn)
@blp.response(200, HotelDetailView)
@blp.problems(409)
def close_hotel(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Close one's hotel for good.

    409 `has_future_bookings` with their `count`; `illegal_transition`.
    """
    return _answer(steps.by_hotel(principal(), hotel_id, Step.CLOSE, body["reason"]))


@amenities_blp.get("")
@amenities_blp.response(200, AmenitiesView)
def list_amenities() -> dict[str, Any]:
    """List every amenity a hotel can have, by category."""
    return look.amenities()


def _answer(facts: dict[str, Any], status: int = 200) -> Response:
    return etag.tagged(DETAIL.dump(facts), facts["version"], status)
