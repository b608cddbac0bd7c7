"""Nights without a guest: taken from sale, moved, given back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings.events import freed
from app.core.announce import announce
from app.core.audit_trail import Subject, note
from app.core.db import reading, retrying, transaction
from app.core.paging import cursor_of, page, read_cursor
from app.hotels import queries as hotels
from app.inventory import block_rules, events, periods, queries
from app.inventory.errors import RoomInMaintenance, RoomInUse, UnknownRoom
from app.inventory.periods import Days
from app.rooms import ledger
from app.rooms.ledger import Block
from app.rooms.models import Allocation, BlockReason, Room, RoomNow


def show_all(hotel_id: UUID, days: tuple[date | None, date | None], cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}` of those that touch the days, from the hotel's today if none is named. Raises HotelNotFound, CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        hotels.require_hotel(session, hotel_id)
        touching = Range(days[0] or hotels.get_today(session, hotel_id), days[1])
        found = queries.page_blocks(session, hotel_id, touching, after, limit + 1)
    return page(found, limit, lambda block: cursor_of(block["id"]))


@retrying
def add(person: Principal, hotel_id: UUID, room_ids: Collection[UUID], days: Days, why: Block) -> dict[str, Any]:
    """A block for each room, all of them or none; `{items}`.

    Raises NotFound, Forbidden, BlockInvalid, BlockInPast, UnknownRoom, RoomInUse.
    """
    actor = permissions.actor(person, Verb.BLOCK_ROOMS, hotel_id)
    block_rules.refuse_invalid(days)
    with transaction() as session:
        _require_rooms(session, hotel_id, room_ids)
        block_rules.refuse_past(days, hotels.get_today(session, hotel_id))
        made = take(session, hotel_id, room_ids, days, why)
        told = {"room_ids": [str(room_id) for room_id in sorted(room_ids)], "reason": why.reason}
        note(session, actor, "block.add", Subject("hotel", hotel_id, hotel_id), after=told | _dates(days))
        return {"items": queries.blocks_shown(session, made)}


@retrying
def change(person: Principal, block_id: UUID, told: Mapping[str, Any]) -> dict[str, Any]:
    """Other nights, reason or note; what is not told stays.

    Raises NotFound, Forbidden, BlockInvalid, BlockInPast, BlockIsOver, RoomInMaintenance, RoomInUse.
    """
    with transaction() as session:
        room, block = _lock(session, block_id)
        actor = permissions.actor(person, Verb.BLOCK_ROOMS, room.hotel_id)
        today = hotels.get_today(session, room.hotel_id)
        days = Range(told.get("first", block.check_in), told.get("end", block.check_out))
        block_rules.refuse_change(block.stay, days, today)
        reason = told.get("reason", block.block_reason)
        if _keeps_repair(room, block, today) and not (today in days and reason == BlockReason.MAINTENANCE):
            raise RoomInMaintenance
        before = {"reason": block.block_reason} | _dates(block.stay)
        ledger.explain_block(session, block_id, reason, told.get("note", block.block_note))
        move(session, room, block, days)
        note(session, actor, "block.change", _subject(block), before=before, after={"reason": reason} | _dates(days))
        (shown,) = queries.blocks_shown(session, [block_id])
        return shown


@retrying
def end(person: Principal, block_id: UUID) -> None:
    """Its nights from today on are given back; those before stay told. Raises NotFound, Forbidden, BlockIsOver, RoomInMaintenance."""
    with transaction() as session:
        room, block = _lock(session, block_id)
        actor = permissions.actor(person, Verb.BLOCK_ROOMS, room.hotel_id)
        today = hotels.get_today(session, room.hotel_id)
        block_rules.refuse_over(block.stay, today)
        if _keeps_repair(room, block, today):
            raise RoomInMaintenance
        before = {"reason": block.block_reason} | _dates(block.stay)
        give_back(session, room, block, today)
        note(session, actor, "block.end", _subject(block), before=before)


def take(session: Session, hotel_id: UUID, room_ids: Collection[UUID], days: Days, why: Block) -> Sequence[UUID]:
    """Blocks locked rooms; returns the ids of the blocks. Holds that have lapsed give way. Raises RoomInUse."""
    _clear(session, room_ids, days)
    made = ledger.block(session, ledger.Stay(hotel_id, days, None), room_ids, why)
    if len(made) < len(room_ids):
        _refuse(session, room_ids, days, passed=made)
    announce(session, *events.blocked(hotel_id, room_ids, days))
    return made


def move(session: Session, room: Room, block: Allocation, days: Days) -> None:
    """A block of a locked room has other nights. Raises RoomInUse."""
    taken, given = periods.without(days, block.stay), periods.without(block.stay, days)
    for run in taken:
        _clear(session, [room.id], run)
        _refuse(session, [room.id], run, passed=[block.id])
    if taken or given:
        ledger.move_block(session, block.id, days)
    for run in taken:
        announce(session, *events.blocked(room.hotel_id, [room.id], run))
    announce(session, *(events.given_back(room, run) for run in given))


def give_back(session: Session, room: Room, block: Allocation, today: date) -> None:
    """The nights of a locked room's block from today on. What was before stays told."""
    if block.check_in < today:
        move(session, room, block, Range(block.check_in, today))
    else:
        announce(session, *freed(ledger.end_block(session, block.id)))


def _clear(session: Session, room_ids: Collection[UUID], days: Days) -> None:
    announce(session, *freed(ledger.release_lapsed(session, room_ids, days)))


def _refuse(session: Session, room_ids: Collection[UUID], days: Days, passed: Sequence[UUID] = ()) -> None:
    count, stays = queries.in_the_way(session, room_ids, days, passed)
    if count:
        raise RoomInUse(count=count, stays=stays)


def _require_rooms(session: Session, hotel_id: UUID, room_ids: Collection[UUID]) -> None:
    locked = ledger.lock_rooms(session, room_ids)
    known = {room.id for room in locked if room.hotel_id == hotel_id and room.retired_at is None}
    if unknown := set(room_ids) - known:
        raise UnknownRoom(room_ids=sorted(unknown))


def _lock(session: Session, block_id: UUID) -> tuple[Room, Allocation]:
    """The room is locked, then the block read as it is then: who waited may find it moved, or gone. Raises BlockNotFound."""
    room_id = queries.get_block(session, block_id).room_id
    (room,) = ledger.lock_rooms(session, [room_id])
    return room, queries.get_block(session, block_id)


def _keeps_repair(room: Room, block: Allocation, today: date) -> bool:
    is_now = block.check_in <= today < block.check_out and block.block_reason == BlockReason.MAINTENANCE
    return is_now and room.now == RoomNow.MAINTENANCE


def _subject(block: Allocation) -> Subject:
    return Subject("block", block.id, block.hotel_id)


def _dates(days: Days) -> dict[str, str]:
    return {"from": str(days.lower), "to": str(days.upper)}
