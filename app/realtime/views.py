"""The log of a hotel's events over HTTP, for dashboards that were away."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.realtime import service
from app.realtime.schemas import EventLogView, EventsQuery

blp = Blueprint("events", __name__, url_prefix="/hotels", description="What happened in a hotel, numbered without gaps")


@blp.route("/<uuid:hotel_id>/events")
@blp.login_required
@blp.arguments(EventsQuery, location="query")
@blp.response(200, EventLogView)
@blp.problems(401, 404, 422)
def list_events(query: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """The events after a number, oldest first.

    For members of the hotel and the platform's admins; 404 for others. While `more` is true, ask again with
    `after` = `seq`.
    """
    return asdict(service.show_events(principal(), hotel_id, **query))
