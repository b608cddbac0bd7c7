"""Hotels, what they offer, how they came to sell, and the people who run them."""

from datetime import time
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography, Geometry
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped, one_of

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


IN_THE_MAKING = (HotelStatus.DRAFT, HotelStatus.SUBMITTED, HotelStatus.CHANGES_REQUESTED)
OVER = (HotelStatus.REJECTED, HotelStatus.CLOSED)


class Water(StrEnum):
    BOREHOLE = "borehole"
    TREATED = "treated"
    MUNICIPAL = "municipal"
    TANKER = "tanker"


class Security(StrEnum):
    GUARDS = "guards"
    CCTV = "cctv"
    GATED = "gated"


class AirportPickup(StrEnum):
    NONE = "none"
    FREE = "free"
    PAID = "paid"


class IdRule(StrEnum):
    """What a guest shows at the desk."""

    NONE = "none"
    ANY = "any"
    GOVERNMENT = "government"


class Allowance(StrEnum):
    """Whether guests may: pets, parties."""

    NOT_ALLOWED = "not_allowed"
    ON_REQUEST = "on_request"
    ALLOWED = "allowed"


class Smoking(StrEnum):
    NOT_ALLOWED = "not_allowed"
    DESIGNATED_AREAS = "designated_areas"
    ALLOWED = "allowed"


class MemberRole(StrEnum):
    HOTEL_ADMIN = "hotel_admin"
    HOTEL_STAFF = "hotel_staff"


class Hotel(Model):
    """The place sold. `location` is where it is; `mercator` is the same point for nearest-neighbour scans.

    `max_occupancy`: the most guests any of its room types takes; the search prunes by it. `version` counts the changes of the row, for
    ETags. A draft may lack its address and point; of the facts that guests ask first (power, water, security, parking, pick-up) and of
    the policies, NULL means that nobody has told.
    """

    __tablename__ = "hotels"
    __table_args__ = (
        CheckConstraint(one_of("status", HotelStatus), name="status"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint(
            "NOT status IN ('submitted', 'active', 'paused', 'suspended') OR num_nulls(address, city, state, location) = 0",
            name="whole",
        ),
        # Searches compute each hotel's today; one name that PostgreSQL does not know would break them all. It raises, and that will do.
        CheckConstraint("timezone(time_zone, to_timestamp(0)) IS NOT NULL", name="time_zone"),
        CheckConstraint("minimum_age BETWEEN 1 AND 99", name="minimum_age"),
        CheckConstraint(one_of("id_rule", IdRule), name="id_rule"),
        CheckConstraint(one_of("pets", Allowance), name="pets"),
        CheckConstraint(one_of("parties", Allowance), name="parties"),
        CheckConstraint(one_of("smoking", Smoking), name="smoking"),
        CheckConstraint("generator_hours BETWEEN 0 AND 24", name="generator_hours"),
        CheckConstraint(one_of("water", Water), name="water"),
        CheckConstraint(f"security <@ ARRAY[{', '.join(repr(str(word)) for word in Security)}]", name="security"),
        CheckConstraint("parking_spaces >= 0", name="parking_spaces"),
        CheckConstraint(one_of("airport_pickup", AirportPickup), name="airport_pickup"),
        Index(
            "ix_hotels_mercator_active", "mercator", postgresql_using="gist", postgresql_where=text("status = 'active'")
        ),
        Index("ix_hotels_status", "status", "status_changed_at", "id"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default=HotelStatus.DRAFT)
    status_changed_at: Mapped[Stamped]
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    description: Mapped[str] = mapped_column(Text, server_default="")
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    address: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    lga: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, server_default="NG")
    location: Mapped[Any | None] = mapped_column(Geography("POINT", srid=WGS84, spatial_index=False))
    mercator: Mapped[Any | None] = mapped_column(
        Geometry("POINT", srid=WEB_MERCATOR, spatial_index=False),
        Computed("st_transform((location)::geometry, 3857)", persisted=True),
    )
    time_zone: Mapped[str] = mapped_column(Text, server_default="Africa/Lagos")
    currency: Mapped[str] = mapped_column(Text, server_default="NGN")
    check_in_from: Mapped[time] = mapped_column(server_default="14:00")
    check_in_until: Mapped[time | None]
    check_out_until: Mapped[time] = mapped_column(server_default="12:00")
    arrival_instructions: Mapped[str | None] = mapped_column(Text)
    house_rules: Mapped[str] = mapped_column(Text, server_default="")
    minimum_age: Mapped[int | None] = mapped_column(SmallInteger)
    id_rule: Mapped[str | None] = mapped_column(Text)
    pets: Mapped[str | None] = mapped_column(Text)
    smoking: Mapped[str | None] = mapped_column(Text)
    parties: Mapped[str | None] = mapped_column(Text)
    power_24h: Mapped[bool | None]
    generator_hours: Mapped[int | None] = mapped_column(SmallInteger)
    has_inverter: Mapped[bool | None]
    has_solar: Mapped[bool | None]
    water: Mapped[str | None] = mapped_column(Text)
    security: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    parking_spaces: Mapped[int | None] = mapped_column(SmallInteger)
    free_parking: Mapped[bool | None]
    airport_pickup: Mapped[str | None] = mapped_column(Text)
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


class Invitation(Model):
    """A place in a hotel offered to an address; the link in the mail holds the token, we keep its hash. One open one an address."""

    __tablename__ = "hotel_invitations"
    __table_args__ = (
        CheckConstraint(one_of("role", MemberRole), name="role"),
        Index(
            "uq_hotel_invitations_open",
            "hotel_id",
            "email",
            unique=True,
            postgresql_where=text("used_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    email: Mapped[str] = mapped_column(CITEXT)
    role: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Stamped]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class StatusChange(Model):
    """Append-only: each move of a hotel, by whom and why. `actor` is `hotel` or `platform`."""

    __tablename__ = "hotel_status_log"
    __table_args__ = (Index("ix_hotel_status_log_hotel_id", "hotel_id", "id"),)

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    step: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Stamped]


class Amenity(Model):
    """A word of the catalogue. The migrations fill it."""

    __tablename__ = "amenities"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)


class HotelAmenity(Model):
    __tablename__ = "hotel_amenities"
    __table_args__ = (Index("ix_hotel_amenities_code", "code"),)

    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"), primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("amenities.code"), primary_key=True)
