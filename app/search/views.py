"""Looking for hotels and into them, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from app.auth.blueprint import Blueprint
from app.auth.guard import claimed_user_id, principal_or_none
from app.core import etag
from app.search import hotel_page, offers, service
from app.search.criteria import Criteria
from app.search.offers import Wish
from app.search.schemas import HotelPageView, OffersQuery, OffersView, SearchQuery, SearchView

PAGE = HotelPageView()

blp = Blueprint("search", __name__, url_prefix="/hotels", description="Finding hotels that are really free.")


@blp.get("/search")
@blp.arguments(SearchQuery(), location="query")
@blp.response(200, SearchView)
@blp.problems(503)
def search_hotels(query: dict[str, Any]) -> Response:
    """Search hotels near a point.

    Active hotels within the radius with enough free rooms for the stay, each with the cheapest plan that can be booked, nearest
    or cheapest first. Of very many hotels the nearest 2,000 that take the guests are asked, of the nearest 10,000; so `sort=price`
    puts those in order. Answers may be some seconds old (`Age`); offers and bookings never are. 422 `invalid_stay`,
    `not_on_sale`, `outside_map`.
    """
    answer = service.search(Criteria(**query), claimed_user_id())
    return Response(answer.body, mimetype="application/json", headers={"Age": str(answer.age)})


@blp.get("/<uuid:hotel_id>/offers")
@blp.arguments(OffersQuery(), location="query")
@blp.response(200, OffersView)
@blp.problems(404)
def list_offers(query: dict[str, Any], hotel_id: UUID) -> Response:
    """See what a hotel offers for a stay.

    Room types under their rate plans with each night's price, how many rooms are left, what cancelling costs until when, and the
    reasons where something cannot be booked. 422 `invalid_stay`, `not_on_sale`.
    """
    search_id = query.pop("search_id", None)
    wish = Wish(**query | {"children": tuple(query["children"])})
    return jsonify({"search_id": search_id} | offers.of_hotel(hotel_id, wish))


@blp.get("/<uuid:hotel_id>")
@blp.login_optional
@blp.response(200, HotelPageView)
@blp.alt_response(304, description="What `If-None-Match` names is as it was")  # type: ignore[untyped-decorator]
@blp.problems(404)
def show_hotel(hotel_id: UUID) -> Response:
    """See a hotel, its photos and its room types.

    Hotels that are not active are shown to their members and to the platform's people only. With `ETag`; `If-None-Match` is answered by
    304 without a body when nothing has changed.
    """
    page = hotel_page.of_hotel(hotel_id, principal_or_none())
    answer = etag.tagged(PAGE.dump(page), page["version"])
    answer.vary.add("Authorization")
    return answer
