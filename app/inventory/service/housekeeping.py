"""What a room is now. Out of order takes it from sale in the same transaction; a small defect does not."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.config import settings
from app.core.announce import announce
from app.core.audit_trail import Actor, Subject, note
from app.core.db import retrying, transaction
from app.hotels import queries as hotels
from app.inventory import block_rules, events, queries
from app.inventory.errors import BlockInPast, CheckInRequired
from app.inventory.service import blocks
from app.inventory.service.rooms import lock_living
from app.rooms import states
from app.rooms.ledger import Block
from app.rooms.models import BlockReason, Room, RoomNow
from app.rooms.states import Night


@dataclass(frozen=True, slots=True)
class Move:
    """What a room is to be, and why. `until`: the first day on which it can be sold again, for maintenance alone."""

    to: RoomNow
    note: str | None
    until: date | None


@retrying
def move(person: Principal, room_id: UUID, wanted: Move) -> dict[str, Any]:
    """`{room, today, status, block}`: what it is and shows today, and the block of its maintenance.

    Raises NotFound, Forbidden, CheckInRequired, IllegalTransition, BlockInPast, BlockInvalid, RoomInUse.
    """
    with transaction() as session:
        room = lock_living(session, room_id)
        actor = permissions.actor(person, Verb.KEEP_HOUSE, room.hotel_id)
        came_from = _require(room, wanted.to)
        today = hotels.get_today(session, room.hotel_id)
        if came_from is RoomNow.MAINTENANCE:
            _end_maintenance(session, room, today)
        block_id = None
        if wanted.to is RoomNow.MAINTENANCE:
            block_id = _begin_maintenance(session, room, today, wanted, actor)
        states.move_now(session, room, wanted.to, actor, wanted.note)
        status = _shown(session, room, today)
        announce(session, events.is_today(room, status, today))
        subject = Subject("room", room.id, room.hotel_id)
        note(session, actor, "room.status", subject, before={"now": came_from}, after={"now": wanted.to})
        shown = queries.blocks_shown(session, [block_id] if block_id else [])
        return {"room": room, "today": today, "status": status, "block": shown[0] if shown else None}


def tell_defect(person: Principal, room_id: UUID, defect: str | None) -> Room:
    """Something small that is to be mended, or None when it is. The room stays on sale. Raises NotFound, Forbidden."""
    with transaction() as session:
        room = lock_living(session, room_id)
        actor = permissions.actor(person, Verb.KEEP_HOUSE, room.hotel_id)
        if room.defect != defect:
            subject = Subject("room", room.id, room.hotel_id)
            note(session, actor, "room.defect", subject, before={"defect": room.defect}, after={"defect": defect})
            room.defect = defect
            announce(session, *events.inventory_changed(room.hotel_id, room.room_type_id))
        return room


def _require(room: Room, to: RoomNow) -> RoomNow:
    if to is RoomNow.OCCUPIED:
        raise CheckInRequired(allowed=sorted(states.NEXT_NOW[RoomNow(room.now)] - {RoomNow.OCCUPIED}))
    return states.require_now(room, to)


def _begin_maintenance(session: Session, room: Room, today: date, wanted: Move, actor: Actor) -> UUID:
    """From the hotel's today. A repair that was planned for today is the one that begins now."""
    if wanted.until is not None and wanted.until <= today:
        raise BlockInPast(f"Maintenance ends after today ({today})")
    planned = queries.find_block_on(session, room.id, today, BlockReason.MAINTENANCE)
    if planned is not None:
        days = Range(planned.check_in, wanted.until or planned.check_out)
        block_rules.refuse_invalid(days)
        blocks.move(session, room, planned, days)
        return planned.id
    days = Range(today, wanted.until or today + timedelta(days=settings().maintenance_days))
    block_rules.refuse_invalid(days)
    why = Block(BlockReason.MAINTENANCE, wanted.note, actor.id)
    (made,) = blocks.take(session, room.hotel_id, [room.id], days, why)
    return made


def _end_maintenance(session: Session, room: Room, today: date) -> None:
    """Its nights from today on can be sold again. None may be left: nobody said for how long it would take."""
    block = queries.find_block_on(session, room.id, today, BlockReason.MAINTENANCE)
    if block is not None:
        blocks.give_back(session, room, block, today)


def _shown(session: Session, room: Room, today: date) -> Night | RoomNow:
    now = RoomNow(room.now)
    return Night(queries.night_of(session, room.id, today)) if now is RoomNow.AVAILABLE else now
