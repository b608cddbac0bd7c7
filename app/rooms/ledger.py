"""Writing the ledger of what is taken: the only module that inserts, moves or deletes allocations.

Whoever writes here has locked the rooms first (`lock_rooms`, `lock_free`, `wait_for_free`): two inserts that met on the
exclusion constraint would otherwise wait for each other until the deadlock timeout.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.core.clock import sql_now
from app.core.columns import new_id
from app.rooms.models import Allocation, Room
from app.rooms.queries import FREE_ROOM

CANDIDATES = f"""
SELECT room.id FROM rooms room
LEFT JOIN LATERAL (SELECT max(a.check_out) AS ends FROM allocations a
                   WHERE a.room_id = room.id AND a.check_out <= :check_in AND a.check_out > :check_in - 30) before ON true
LEFT JOIN LATERAL (SELECT min(a.check_in) AS begins FROM allocations a
                   WHERE a.room_id = room.id AND a.check_in >= :check_out AND a.check_in < :check_out + 30) after ON true
WHERE room.room_type_id = :room_type_id AND room.retired_at IS NULL AND room.id <> ALL(:passed) AND {FREE_ROOM}
ORDER BY coalesce(:check_in - before.ends, 30) + coalesce(after.begins - :check_out, 30), room.number
LIMIT :count FOR NO KEY UPDATE OF room
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Taken:
    """A room that is to be taken for one room of a booking."""

    room_id: UUID
    booking_room_id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Up to `count` rooms of a type for a stay, other than those `passed` over."""

    room_type_id: UUID
    stay: Range[date]
    count: int
    passed: list[UUID]


@dataclass(frozen=True, slots=True)
class Freed:
    """Nights of a room that nobody has any more."""

    room_id: UUID
    hotel_id: UUID
    check_in: date
    check_out: date


def lock_rooms(session: Session, room_ids: Collection[UUID]) -> list[Room]:
    """Locks these rooms, in the order of their ids."""
    statement = select(Room).where(Room.id.in_(room_ids)).order_by(Room.id).with_for_update(key_share=True)
    return list(session.scalars(statement))


def lock_free(session: Session, wanted: Wanted) -> list[UUID]:
    """Locks free rooms of the type that nobody else is looking at, those first that leave the smallest gaps."""
    return _candidates(session, wanted, " SKIP LOCKED")


def wait_for_free(session: Session, wanted: Wanted) -> list[UUID]:
    """As `lock_free`, but waits for rooms that others hold locked: they may want them for other nights."""
    return _candidates(session, wanted, "")


def _candidates(session: Session, wanted: Wanted, locking: str) -> list[UUID]:
    bound = {"room_type_id": wanted.room_type_id, "check_in": wanted.stay.lower, "check_out": wanted.stay.upper}
    return list(session.scalars(text(CANDIDATES + locking), bound | {"count": wanted.count, "passed": wanted.passed}))


def release_lapsed(session: Session, room_ids: Collection[UUID], stay: Range[date]) -> list[Freed]:
    """Deletes allocations in the way whose hold has lapsed. Touches no booking: its own sweep does that."""
    return _delete(
        session,
        Allocation.room_id.in_(room_ids),
        Allocation.stay.overlaps(stay),
        Allocation.hold_expires_at <= sql_now(),
    )


def release(session: Session, booking_room_ids: Collection[UUID]) -> list[Freed]:
    """Gives the rooms of a booking back; returns the rows that were still there."""
    return _delete(session, Allocation.booking_room_id.in_(booking_room_ids))


def take(
    session: Session, hotel_id: UUID, stay: Range[date], wanted: Sequence[Taken], until: datetime | None
) -> set[UUID]:
    """Takes rooms, each if the constraint lets it; `until` = a hold's end, None = for good. Returns the booking rooms that got theirs."""
    rows = [
        {"id": new_id(), "room_id": room.room_id, "hotel_id": hotel_id, "stay": stay, "hold_expires_at": until}
        | {"booking_room_id": room.booking_room_id}
        for room in sorted(wanted, key=lambda room: room.room_id)
    ]
    statement = insert(Allocation).values(rows).on_conflict_do_nothing().returning(Allocation.booking_room_id)
    return {owner for owner in session.scalars(statement) if owner is not None}


def keep(session: Session, booking_room_ids: Collection[UUID]) -> int:
    """A hold becomes a booking: the same rows, without an end. Returns how many there were."""
    return _set_end(session, Allocation.booking_room_id.in_(booking_room_ids), until=None)


def extend_living(session: Session, booking_room_ids: Collection[UUID], until: datetime) -> int:
    """Lets living holds last until then. Returns how many lived."""
    living = Allocation.hold_expires_at > sql_now()
    return _set_end(session, Allocation.booking_room_id.in_(booking_room_ids), living, until=until)


def is_taken(session: Session, room_ids: Collection[UUID], stay: Range[date]) -> bool:
    """Whether any of the rooms is taken on any night, lapsed holds not counted."""
    living = Allocation.hold_expires_at.is_(None) | (Allocation.hold_expires_at > sql_now())
    found = (
        select(Allocation.id).where(Allocation.room_id.in_(room_ids), Allocation.stay.overlaps(stay), living).limit(1)
    )
    return session.scalar(found) is not None


def _set_end(session: Session, *which: Any, until: datetime | None) -> int:
    statement = update(Allocation).where(*which).values(hold_expires_at=until).returning(Allocation.id)
    return len(session.scalars(statement, execution_options={"synchronize_session": False}).all())


def _delete(session: Session, *which: Any) -> list[Freed]:
    returned = (Allocation.room_id, Allocation.hotel_id, Allocation.check_in, Allocation.check_out)
    statement = delete(Allocation).where(*which).returning(*returned).execution_options(synchronize_session=False)
    return [Freed(*row) for row in session.execute(statement)]
