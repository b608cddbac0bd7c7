"""What is sold (room types), what guests sleep in (rooms), and the ledger of what is taken (allocations)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped, one_of

NO_OVERLAP = "ex_allocations_room_id_stay"


class RoomNow(StrEnum):
    """What a room is at this moment, whoever sleeps in it on which night."""

    AVAILABLE = "available"
    OCCUPIED = "occupied"
    CLEANING = "cleaning"
    MAINTENANCE = "maintenance"


class BlockReason(StrEnum):
    """Why a room is taken without a guest."""

    MAINTENANCE = "maintenance"
    OWNER_USE = "owner_use"
    OTHER = "other"


class RoomType(Model):
    """`base_occupancy` is what the price covers; `max_occupancy` caps adults and children together. `version` counts the changes of the
    row, for ETags.
    """

    __tablename__ = "room_types"
    __table_args__ = (
        CheckConstraint(
            "base_occupancy >= 1 AND max_adults BETWEEN 1 AND max_occupancy AND max_children >= 0 AND base_occupancy <= max_occupancy",
            name="occupancy",
        ),
        Index("ix_room_types_hotel_id", "hotel_id"),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="")
    bed: Mapped[str | None] = mapped_column(Text)
    size_sqm: Mapped[int | None] = mapped_column(SmallInteger)
    base_occupancy: Mapped[int] = mapped_column(SmallInteger)
    max_adults: Mapped[int] = mapped_column(SmallInteger)
    max_children: Mapped[int] = mapped_column(SmallInteger)
    max_occupancy: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Stamped]
    retired_at: Mapped[Instant | None]


class Room(Model):
    """A number belongs to one living room of a hotel; a retired one keeps it, for what is told of it, and does not take it from others.

    `defect`: something small that is to be mended and does not take the room from sale.
    """

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint(one_of("now", RoomNow), name="now"),
        Index("uq_rooms_living_number", "hotel_id", "number", unique=True, postgresql_where=text("retired_at IS NULL")),
        Index("ix_rooms_room_type_id", "room_type_id"),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    room_type_id: Mapped[UUID] = mapped_column(ForeignKey("room_types.id"))
    number: Mapped[str] = mapped_column(Text)
    floor: Mapped[int | None] = mapped_column(SmallInteger)
    now: Mapped[str] = mapped_column(Text, server_default=RoomNow.AVAILABLE)
    defect: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Stamped]
    retired_at: Mapped[Instant | None]


class RoomHistory(Model):
    """Append-only: each move of what a room is now, by whom and why. `actor` is `hotel`, `platform` or `system`."""

    __tablename__ = "room_history"
    __table_args__ = (Index("ix_room_history_room_id", "room_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    from_now: Mapped[str] = mapped_column(Text)
    to_now: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Stamped]


class Allocation(Model):
    """A row means taken, no row means free, and nothing else decides.

    A row whose `hold_expires_at` has passed counts as free; the next taker deletes it. It is written before the booking it
    belongs to, for it decides whether there will be one: hence the deferred keys. `booking_change_id`: nights that a change of a booking
    wants, held until it is paid. `check_in` and `check_out` are the stay's bounds, for the index that searches by night. A block has a
    reason, a note if somebody wrote one, and who made it.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        ExcludeConstraint(("room_id", "="), ("stay", "&&"), using="gist", name=NO_OVERLAP),
        CheckConstraint("num_nonnulls(booking_room_id, booking_change_id, block_reason) = 1", name="one_reason"),
        CheckConstraint("hold_expires_at IS NULL OR block_reason IS NULL", name="holds_are_bookings"),
        CheckConstraint("NOT isempty(stay) AND lower(stay) IS NOT NULL AND upper(stay) IS NOT NULL", name="bounded"),
        CheckConstraint("block_reason IS NOT NULL OR upper(stay) - lower(stay) <= 30", name="nights"),
        CheckConstraint(one_of("block_reason", BlockReason), name="block_reason"),
        CheckConstraint("num_nonnulls(block_note, block_by) = 0 OR block_reason IS NOT NULL", name="block_facts"),
        Index("ix_allocations_nights", "room_id", "check_in", postgresql_include=["check_out", "hold_expires_at"]),
        Index("ix_allocations_hotel_id", "hotel_id", "check_in"),
        Index("ix_allocations_blocks", "hotel_id", "id", postgresql_where=text("block_reason IS NOT NULL")),
        Index("uq_allocations_booking_room_id", "booking_room_id", unique=True),
        Index(
            "ix_allocations_booking_change_id",
            "booking_change_id",
            postgresql_where=text("booking_change_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    stay: Mapped[Range[date]] = mapped_column(DATERANGE)
    check_in: Mapped[date] = mapped_column(Computed("lower(stay)", persisted=True))
    check_out: Mapped[date] = mapped_column(Computed("upper(stay)", persisted=True))
    booking_room_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("booking_rooms.id", deferrable=True, initially="DEFERRED")
    )
    booking_change_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("booking_changes.id", deferrable=True, initially="DEFERRED")
    )
    block_reason: Mapped[str | None] = mapped_column(Text)
    block_note: Mapped[str | None] = mapped_column(Text)
    block_by: Mapped[UUID | None]
    hold_expires_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]
