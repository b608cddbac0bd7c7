"""Blocks over HTTP."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.inventory.queries import find_hotel_of_block
from app.inventory.schemas import BlockChanges, BlockIn, BlockPageView, BlocksQuery, BlocksView, BlockView
from app.inventory.service import blocks
from app.rooms.ledger import Block

blp = Blueprint("blocks", __name__, url_prefix="", description="Nights of rooms that are not for sale.")


@blp.get("/hotels/<uuid:hotel_id>/blocks")
@blp.allowed(Verb.SEE_INVENTORY)
@blp.arguments(BlocksQuery, location="query")
@blp.response(200, BlockPageView)
def list_blocks(query: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """List a hotel's blocks, oldest first, by cursor."""
    return blocks.show_all(hotel_id, (query.get("first"), query.get("end")), query["cursor"], query["limit"])


@blp.post("/hotels/<uuid:hotel_id>/blocks")
@blp.allowed(Verb.BLOCK_ROOMS)
@blp.arguments(BlockIn)
@blp.response(201, BlocksView)
@blp.problems(409)
def block_rooms(body: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """Take rooms from sale for a time: a block for each room, all of them or none.

    409 `room_in_use` with the `count` of stays and blocks in the way and the first of them as `stays`; 422 `invalid_block`,
    `block_in_past`, `unknown_room` with the `room_ids`.
    """
    why = Block(body["reason"], body["note"], principal().user_id)
    return blocks.add(principal(), hotel_id, set(body["room_ids"]), Range(body["first"], body["end"]), why)


@blp.patch("/blocks/<uuid:block_id>")
@blp.allowed_at(Verb.BLOCK_ROOMS, "block_id", find_hotel_of_block)
@blp.arguments(BlockChanges)
@blp.response(200, BlockView)
@blp.problems(409)
def change_block(told: dict[str, Any], block_id: UUID) -> dict[str, Any]:
    """Move, lengthen or shorten a block, or say another reason.

    Nights that are over neither come nor go. 409 `room_in_use` with the `stays` in the way, `block_is_over`, `room_in_maintenance` when
    the room would be on sale while it is under repair; 422 `invalid_block`, `block_in_past`.
    """
    return blocks.change(principal(), block_id, told)


@blp.delete("/blocks/<uuid:block_id>")
@blp.allowed_at(Verb.BLOCK_ROOMS, "block_id", find_hotel_of_block)
@blp.response(204)
@blp.problems(409)
def end_block(block_id: UUID) -> None:
    """End a block: its nights from the hotel's today on are for sale again.

    409 `block_is_over`, `room_in_maintenance`.
    """
    blocks.end(principal(), block_id)
