"""Hotels over HTTP."""

from typing import Any

from app.auth.blueprint import Blueprint
from app.hotels import service
from app.hotels.queries import Wanted
from app.hotels.schemas import HotelListQuery, HotelListView

blp = Blueprint("hotels", __name__, url_prefix="/hotels", description="Hotels and who runs them.")


@blp.get("")
@blp.arguments(HotelListQuery, location="query")
@blp.response(200, HotelListView)
def list_hotels(query: dict[str, Any]) -> dict[str, Any]:
    """List hotels.

    Active ones, oldest first, by cursor. For hotels that are free on given dates see `/hotels/search`.
    """
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    return service.list_active(Wanted(**query), cursor, limit)
