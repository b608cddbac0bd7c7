"""People and the sessions they are logged in with."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped, one_of


class Role(StrEnum):
    """What a person is to the platform. Places in hotels are memberships; `app.auth.principal` derives the strongest word."""

    GUEST = "guest"
    HOTEL_STAFF = "hotel_staff"
    HOTEL_ADMIN = "hotel_admin"
    PLATFORM_ADMIN = "platform_admin"


class PlatformRole(StrEnum):
    """What is stored on the person; the hotel words come from memberships."""

    GUEST = "guest"
    PLATFORM_ADMIN = "platform_admin"


class UserStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class User(Model):
    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(one_of("role", PlatformRole), name="role"),
        CheckConstraint(one_of("status", UserStatus), name="status"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    full_name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, server_default=PlatformRole.GUEST)
    status: Mapped[str] = mapped_column(Text, server_default=UserStatus.ACTIVE)
    email_verified_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]
    updated_at: Mapped[Stamped]


class LoginSession(Model):
    """A family of refresh tokens: each refresh replaces `refresh_jti`; any other token but the one just before ends the family."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user_id", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    refresh_jti: Mapped[UUID]
    previous_jti: Mapped[UUID | None]
    rotated_at: Mapped[Instant | None]
    user_agent: Mapped[str | None] = mapped_column(Text)
    ip: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Stamped]
    last_used_at: Mapped[Stamped]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    revoked_reason: Mapped[str | None] = mapped_column(Text)
