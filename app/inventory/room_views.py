"""Rooms and their housekeeping, over HTTP."""

from typing import Any
from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.inventory.queries import find_hotel_of_room
from app.inventory.schemas import DefectIn, RoomChanges, RoomsIn, RoomsView, RoomView, StatusIn, StatusView
from app.inventory.service import housekeeping, rooms
from app.inventory.service.housekeeping import Move
from app.rooms.models import Room, RoomNow

blp = Blueprint("rooms", __name__, url_prefix="", description="The rooms that guests sleep in, and what they are now.")


@blp.get("/hotels/<uuid:hotel_id>/rooms")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.response(200, RoomsView)
def list_rooms(hotel_id: UUID) -> dict[str, Any]:
    """List a hotel's rooms, floor by floor."""
    return rooms.show_all(hotel_id)


@blp.post("/hotels/<uuid:hotel_id>/rooms")
@blp.allowed(Verb.EDIT_ROOMS)
@blp.arguments(RoomsIn)
@blp.response(201, RoomsView)
@blp.problems(409)
def add_rooms(body: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """Add rooms, one or many at once.

    All of them or none. 409 `room_number_taken` with the `numbers`, `too_many_rooms`, `hotel_is_over`; 422 `unknown_room_type`.
    """
    return rooms.add(principal(), hotel_id, body["room_type_id"], body["rooms"])


@blp.patch("/rooms/<uuid:room_id>")
@blp.allowed_at(Verb.EDIT_ROOMS, "room_id", find_hotel_of_room)
@blp.arguments(RoomChanges)
@blp.response(200, RoomView)
@blp.problems(409)
def change_room(told: dict[str, Any], room_id: UUID) -> Room:
    """Change a room's number, floor or type.

    409 `room_has_stays` when its type is to change while somebody is to sleep in it, with their `count` and the first of the `stays`;
    `room_number_taken`, `hotel_is_over`; 422 `unknown_room_type`.
    """
    return rooms.change(principal(), room_id, told)


@blp.delete("/rooms/<uuid:room_id>")
@blp.allowed_at(Verb.EDIT_ROOMS, "room_id", find_hotel_of_room)
@blp.response(204)
@blp.problems(409)
def retire_room(room_id: UUID) -> None:
    """Retire a room; its number can be given to another.

    409 `room_has_stays` with the `count` of stays and blocks from today on and the first of them as `stays`; `room_is_occupied`,
    `hotel_is_over`.
    """
    rooms.retire(principal(), room_id)


@blp.post("/rooms/<uuid:room_id>/status")
@blp.allowed_at(Verb.KEEP_HOUSE, "room_id", find_hotel_of_room)
@blp.arguments(StatusIn)
@blp.response(200, StatusView)
@blp.problems(409)
def tell_room_status(body: dict[str, Any], room_id: UUID) -> dict[str, Any]:
    """Say what a room is now: cleaning, available, or maintenance.

    Maintenance takes it from sale from the hotel's today `until` a day (without it for a few nights), as a block, and its end gives the
    nights back. 409 `room_in_use` with the `stays` in the way; `illegal_transition` with the moves `allowed`; `check_in_required` for
    `occupied`. 422 `block_in_past`, `invalid_block`.
    """
    return housekeeping.move(principal(), room_id, Move(RoomNow(body["now"]), body["note"], body["until"]))


@blp.put("/rooms/<uuid:room_id>/defect")
@blp.allowed_at(Verb.KEEP_HOUSE, "room_id", find_hotel_of_room)
@blp.arguments(DefectIn)
@blp.response(200, RoomView)
def tell_room_defect(body: dict[str, Any], room_id: UUID) -> Room:
    """Note something small that is to be mended, or that it is (null). The room stays on sale."""
    return housekeeping.tell_defect(principal(), room_id, body["note"])
