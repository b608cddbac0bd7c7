"""Writing the ledger of what is taken: the only module that inserts, moves or deletes allocations.

Whoever takes rooms has locked them first (`lock_rooms`), or does both at once (`take_free`, `wait_for_free`): two inserts that met on
the exclusion constraint would otherwise wait for each other until the deadlock timeout.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.orm import Session

from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.sql import by_hand, run
from app.rooms.models import Allocation, Room
from app.rooms.queries import FREE_ROOM, LIVING

# Candidates are locked before the insert looks at any of them, so it waits for nobody; it takes what the constraint lets it take.
_TAKE_FREE = f"""
WITH candidate AS (
  SELECT room.id FROM rooms room
  LEFT JOIN LATERAL (SELECT max(a.check_out) AS ends FROM allocations a
                     WHERE a.room_id = room.id AND a.check_out <= :check_in AND a.check_out > :check_in - 30 AND {LIVING}) before ON true
  LEFT JOIN LATERAL (SELECT min(a.check_in) AS begins FROM allocations a
                     WHERE a.room_id = room.id AND a.check_in >= :check_out AND a.check_in < :check_out + 30 AND {LIVING}) after ON true
  WHERE room.room_type_id = :room_type_id AND room.retired_at IS NULL AND room.id <> ALL(:passed) AND {FREE_ROOM}
  ORDER BY coalesce(:check_in - before.ends, 30) + coalesce(after.begins - :check_out, 30), room.number
  LIMIT cardinality(CAST(:owners AS uuid[])) FOR NO KEY UPDATE OF room SKIP LOCKED
), paired AS (
  SELECT candidate.id AS room_id, row_number() OVER () AS nth FROM candidate
), taken AS (
  INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id, hold_expires_at)
  SELECT (CAST(:ids AS uuid[]))[nth], room_id, :hotel_id, daterange(:check_in, :check_out), (CAST(:owners AS uuid[]))[nth],
         CAST(:until AS timestamptz) FROM paired
  ON CONFLICT DO NOTHING RETURNING room_id, booking_room_id
)
SELECT paired.room_id, taken.booking_room_id FROM paired LEFT JOIN taken USING (room_id) ORDER BY nth
"""  # noqa: S608 - of constants
TAKE_FREE = by_hand(_TAKE_FREE)
WAIT_FOR_FREE = by_hand(_TAKE_FREE.replace("SKIP LOCKED", ""))


_WANTED = "unnest(CAST(:owners AS uuid[]), CAST(:rooms AS uuid[]), CAST(:ids AS uuid[])) AS wanted (owner, room_id, id)"
MOVE = by_hand(f"""
UPDATE allocations a SET room_id = wanted.room_id, stay = daterange(:check_in, :check_out), hold_expires_at = NULL
FROM {_WANTED} WHERE a.booking_room_id = wanted.owner
""")  # noqa: S608 - of constants
ADD = by_hand(f"""
INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id)
SELECT wanted.id, wanted.room_id, :hotel_id, daterange(:check_in, :check_out), wanted.owner FROM {_WANTED}
WHERE NOT EXISTS (SELECT FROM allocations a WHERE a.booking_room_id = wanted.owner)
""")  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Taken:
    """A room that is to be taken for one room of a booking."""

    room_id: UUID
    booking_room_id: UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """A room of the type for each booking room, other than those `passed` over."""

    room_type_id: UUID
    booking_room_ids: Sequence[UUID]
    passed: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Stay:
    """Where, when, and until when the rooms are held (None: for good)."""

    hotel_id: UUID
    days: Range[date]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Block:
    """Nights without a guest: why, in whose words, by whom."""

    reason: str
    note: str | None
    by: UUID


@dataclass(frozen=True, slots=True)
class Freed:
    """Nights of a room that nobody has any more."""

    room_id: UUID
    hotel_id: UUID
    check_in: date
    check_out: date


def lock_rooms(session: Session, room_ids: Collection[UUID]) -> list[Room]:
    """Locks these rooms, in the order of their ids; returns them as they are now, retired ones too."""
    statement = select(Room).where(Room.id.in_(room_ids)).order_by(Room.id).with_for_update(key_share=True)
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


def take_free(session: Session, stay: Stay, wanted: Wanted) -> list[tuple[UUID, UUID | None]]:
    """Locks free rooms of the type that nobody else is looking at, those first that leave the smallest gaps, and takes them.

    Returns room → booking room; None: the room is locked, but something is still in its way: a lapsed hold, or a booking of this moment.
    """
    return _take_free(session, stay, wanted, TAKE_FREE)


def wait_for_free(session: Session, stay: Stay, wanted: Wanted) -> list[tuple[UUID, UUID | None]]:
    """As `take_free`, but waits for rooms that others hold locked: they may want them for other nights."""
    return _take_free(session, stay, wanted, WAIT_FOR_FREE)


def _take_free(session: Session, stay: Stay, wanted: Wanted, statement: str) -> list[tuple[UUID, UUID | None]]:
    bound = {
        "room_type_id": wanted.room_type_id,
        "passed": list(wanted.passed),
        "owners": list(wanted.booking_room_ids),
        "ids": [new_id() for _ in wanted.booking_room_ids],
        "hotel_id": stay.hotel_id,
        "check_in": stay.days.lower,
        "check_out": stay.days.upper,
        "until": stay.until,
    }
    return [(room_id, owner) for room_id, owner in run(session, statement, bound)]


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


def take(session: Session, stay: Stay, wanted: Sequence[Taken]) -> set[UUID]:
    """Takes locked rooms, each if the constraint lets it. Returns the booking rooms that got theirs."""
    held = {"hotel_id": stay.hotel_id, "stay": stay.days, "hold_expires_at": stay.until}
    rows = [
        {"id": new_id(), "room_id": room.room_id, "booking_room_id": room.booking_room_id} | held
        for room in sorted(wanted, key=lambda room: room.room_id)
    ]
    statement = insert(Allocation).values(rows).on_conflict_do_nothing().returning(Allocation.booking_room_id)
    return {owner for owner in session.scalars(statement) if owner is not None}


def block(session: Session, stay: Stay, room_ids: Collection[UUID], why: Block) -> list[UUID]:
    """Takes locked rooms from sale. Returns the ids of the blocks, by the rooms' ids; fewer than rooms: something is in the way."""
    facts = {"block_reason": why.reason, "block_note": why.note, "block_by": why.by}
    rows = [
        {"id": new_id(), "room_id": room_id, "hotel_id": stay.hotel_id, "stay": stay.days} | facts
        for room_id in sorted(room_ids)
    ]
    return list(session.scalars(insert(Allocation).values(rows).on_conflict_do_nothing().returning(Allocation.id)))


def move_block(session: Session, block_id: UUID, days: Range[date]) -> None:
    """A block of a locked room has other nights. Raises RoomTaken when one of them is not free."""
    session.execute(
        update(Allocation).where(Allocation.id == block_id, Allocation.block_reason.is_not(None)).values(stay=days),
        execution_options={"synchronize_session": False},
    )


def explain_block(session: Session, block_id: UUID, reason: str, note: str | None) -> None:
    """A block has another reason or note."""
    session.execute(
        update(Allocation)
        .where(Allocation.id == block_id, Allocation.block_reason.is_not(None))
        .values(block_reason=reason, block_note=note),
        execution_options={"synchronize_session": False},
    )


def end_block(session: Session, block_id: UUID) -> list[Freed]:
    """A block of a locked room is gone as if it had never been."""
    return _delete(session, Allocation.id == block_id, Allocation.block_reason.is_not(None))


def keep(session: Session, booking_room_ids: Collection[UUID]) -> int:
    """A hold becomes a booking: the same rows, without an end. Returns how many there were."""
    return _set_end(session, Allocation.booking_room_id.in_(booking_room_ids), until=None)


def extend_living(session: Session, booking_room_ids: Collection[UUID], until: datetime) -> int:
    """Lets living holds last until then. Returns how many lived."""
    living = Allocation.hold_expires_at > sql_now()
    return _set_end(session, Allocation.booking_room_id.in_(booking_room_ids), living, until=until)


def give_to_change(session: Session, owners: Collection[UUID], change_id: UUID) -> int:
    """What was taken in the name of `owners` is a change's from now on. Returns how many allocations that were."""
    statement = update(Allocation).where(Allocation.booking_room_id.in_(owners)).returning(Allocation.id)
    moved = statement.values(booking_room_id=None, booking_change_id=change_id)
    return len(session.scalars(moved, execution_options={"synchronize_session": False}).all())


def release_change(session: Session, change_id: UUID) -> list[Freed]:
    """Gives back what a change holds; returns the rows that were still there."""
    return _delete(session, Allocation.booking_change_id == change_id)


def held_by_change(session: Session, change_id: UUID) -> int:
    """How many allocations a change still has, be their time up or not: nobody has taken them. Under the rooms' locks it stays so."""
    return len(session.scalars(select(Allocation.id).where(Allocation.booking_change_id == change_id)).all())


def extend_change(session: Session, change_id: UUID, until: datetime) -> int:
    """Lets what a change holds last until then. Returns how many lived."""
    living = Allocation.hold_expires_at > sql_now()
    return _set_end(session, Allocation.booking_change_id == change_id, living, until=until)


def resettle(session: Session, hotel_id: UUID, days: Range[date], rooms: Mapping[UUID, UUID]) -> None:
    """The rooms of a booking that was changed: each of `rooms` (booking room → room) is taken for these days, for good.

    What was in the way is given back already, and the rooms are locked.
    """
    bound = {
        "owners": list(rooms),
        "rooms": list(rooms.values()),
        "ids": [new_id() for _ in rooms],
        "hotel_id": hotel_id,
        "check_in": days.lower,
        "check_out": days.upper,
    }
    run(session, MOVE, bound)
    run(session, ADD, bound)


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
