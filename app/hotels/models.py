"""Hotels and the people who run them."""

from datetime import time
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography, Geometry
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Model, Stamped, one_of

WGS84, WEB_MERCATOR = 4326, 3857


class HotelStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class MemberRole(StrEnum):
    HOTEL_ADMIN = "hotel_admin"
    HOTEL_STAFF = "hotel_staff"


class Hotel(Model):
    """The place sold. `location` is where it is; `mercator` is the same point for nearest-neighbour scans.

    `max_occupancy`: the most guests any of its room types takes; the search prunes by it.
    """

    __tablename__ = "hotels"
    __table_args__ = (
        CheckConstraint(one_of("status", HotelStatus), name="status"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index(
            "ix_hotels_mercator_active", "mercator", postgresql_using="gist", postgresql_where=text("status = 'active'")
        ),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=HotelStatus.DRAFT)
    description: Mapped[str] = mapped_column(Text, server_default="")
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    address: Mapped[str] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lga: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, server_default="NG")
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=WGS84, spatial_index=False))
    mercator: Mapped[Any] = mapped_column(
        Geometry("POINT", srid=WEB_MERCATOR, spatial_index=False),
        Computed("st_transform((location)::geometry, 3857)", persisted=True),
    )
    time_zone: Mapped[str] = mapped_column(Text, server_default="Africa/Lagos")
    currency: Mapped[str] = mapped_column(Text, server_default="NGN")
    check_in_from: Mapped[time] = mapped_column(server_default="14:00")
    check_out_until: Mapped[time] = mapped_column(server_default="12:00")
    email: Mapped[str] = mapped_column(CITEXT)
    phone: Mapped[str | None] = mapped_column(Text)
    max_occupancy: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_at: Mapped[Stamped]
    updated_at: Mapped[Stamped]


class Member(Model):
    """A user's place in a hotel."""

    __tablename__ = "hotel_members"
    __table_args__ = (
        CheckConstraint(one_of("role", MemberRole), name="role"),
        Index("ix_hotel_members_user_id", "user_id"),
    )

    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Stamped]
