"""What a hotel sells, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core import etag
from app.inventory.queries import find_hotel_of_type
from app.inventory.schemas import KeptRoomTypesView, KeptRoomTypeView, RoomTypeChanges, RoomTypeIn
from app.inventory.service import types

SHOWN = KeptRoomTypeView()

blp = Blueprint("room_types", __name__, url_prefix="", description="What a hotel sells, and for how many people.")


@blp.get("/hotels/<uuid:hotel_id>/room-types")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.response(200, KeptRoomTypesView)
def list_room_types(hotel_id: UUID) -> dict[str, Any]:
    """List a hotel's room types, and how many rooms each has."""
    return types.show_all(hotel_id)


@blp.post("/hotels/<uuid:hotel_id>/room-types")
@blp.allowed(Verb.EDIT_ROOMS)
@blp.arguments(RoomTypeIn)
@blp.response(201, KeptRoomTypeView)
@blp.problems(409)
def add_room_type(told: dict[str, Any], hotel_id: UUID) -> Response:
    """Add a room type.

    422 `impossible_occupancy`; 409 `too_many_room_types`, `hotel_is_over`.
    """
    return _answer(types.add(principal(), hotel_id, told), 201)


@blp.get("/room-types/<uuid:room_type_id>")
@blp.allowed_at(Verb.SEE_INVENTORY, "room_type_id", find_hotel_of_type)
@blp.response(200, KeptRoomTypeView)
@blp.alt_response(304, description="What `If-None-Match` names is as it was")  # type: ignore[untyped-decorator]
def show_room_type(room_type_id: UUID) -> Response:
    """See a room type. With `ETag`."""
    return _answer(types.show(room_type_id))


@blp.patch("/room-types/<uuid:room_type_id>")
@blp.allowed_at(Verb.EDIT_ROOMS, "room_type_id", find_hotel_of_type)
@blp.conditional
@blp.arguments(RoomTypeChanges)
@blp.response(200, KeptRoomTypeView)
@blp.problems(409)
def change_room_type(told: dict[str, Any], room_type_id: UUID) -> Response:
    """Change a room type.

    Send the `ETag` of what was read as `If-Match`. 409 `capacity_below_booking` when guests are to come who would not fit any more, with
    their `count` and the first of their `bookings`; `hotel_is_over`. 422 `impossible_occupancy`.
    """
    return _answer(types.change(principal(), room_type_id, told, etag.seen()))


@blp.delete("/room-types/<uuid:room_type_id>")
@blp.allowed_at(Verb.EDIT_ROOMS, "room_type_id", find_hotel_of_type)
@blp.response(204)
@blp.problems(409)
def retire_room_type(room_type_id: UUID) -> None:
    """Retire a room type.

    409 `room_type_in_use` while it has `rooms`, or `bookings` to come; `hotel_is_over`.
    """
    types.retire(principal(), room_type_id)


def _answer(facts: dict[str, Any], status: int = 200) -> Response:
    return etag.tagged(SHOWN.dump(facts), facts["version"], status)
