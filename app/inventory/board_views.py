"""All rooms of a hotel at a glance, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from app.auth.blueprint import Blueprint
from app.auth.permissions import Verb
from app.inventory.board_schemas import (
    AvailabilityView,
    BoardQuery,
    BoardView,
    CalendarView,
    RangeQuery,
    WhyQuery,
    WhyView,
)
from app.inventory.service import look, why
from app.inventory.service.why import Stay
from app.rates.occupancy import spread

blp = Blueprint("board", __name__, url_prefix="/hotels", description="All rooms of a hotel at a glance.")


@blp.get("/<uuid:hotel_id>/board")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.arguments(BoardQuery, location="query")
@blp.response(200, BoardView)
def show_board(query: dict[str, Any], hotel_id: UUID) -> Response:
    """See what every room is on a date, by default on the hotel's today."""
    return _json(look.board(hotel_id, query["day"]))


@blp.get("/<uuid:hotel_id>/calendar")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.arguments(RangeQuery, location="query")
@blp.response(200, CalendarView)
def show_calendar(query: dict[str, Any], hotel_id: UUID) -> Response:
    """See what takes every room over up to 92 days, as runs of nights."""
    return _json(look.calendar(hotel_id, query["first"], query["end"]))


@blp.get("/<uuid:hotel_id>/availability")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.arguments(RangeQuery, location="query")
@blp.response(200, AvailabilityView)
def show_availability(query: dict[str, Any], hotel_id: UUID) -> Response:
    """See how many rooms of each type are blocked, held, sold and sellable, night by night."""
    return _json(look.availability(hotel_id, query["first"], query["end"]))


@blp.get("/<uuid:hotel_id>/availability/why")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.arguments(WhyQuery, location="query")
@blp.response(200, WhyView)
def explain_availability(query: dict[str, Any], hotel_id: UUID) -> Response:
    """See why a stay can or cannot be sold: of the hotel, of each room type by night, of each rate plan.

    By the rules of offers and bookings. 422 `invalid_stay`.
    """
    parties = spread(query["adults"], query["children"], query["rooms"])
    return jsonify(why.explain(hotel_id, Stay(query["check_in"], query["check_out"], parties)))


def _json(body: str) -> Response:
    return Response(body, mimetype="application/json")
