"""People, the sessions they are logged in with, the links they are mailed, the addresses they are known at."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, literal_column, text
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
    """Only the active may log in. Of the erased nothing is left but what bookings and money hang on."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"


class Purpose(StrEnum):
    """What a link in a mail is good for."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, no password


class User(Model):
    """`password_changed_at`: when its owner last set another one; a login that was checked against an older one opens nothing.

    `terms_accepted_at`, `marketing_accepted_at`: consent, when it was given; the second may be taken back.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(one_of("role", PlatformRole), name="role"),
        CheckConstraint(one_of("status", UserStatus), name="status"),
        CheckConstraint("(status = 'erased') = (erased_at IS NOT NULL)", name="erased"),
        Index("ix_users_platform_admins", "id", postgresql_where=text("role = 'platform_admin'")),
        Index("ix_users_suspended", "id", postgresql_where=text("status = 'suspended'")),
        # By trigrams: a part of a name or of a number, the beginning of an e-mail, in letters of either case.
        Index(
            "ix_users_search",
            literal_column("CAST(email AS text)").label("email_text"),
            "full_name",
            "phone",
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(("email_text", "full_name", "phone"), "gin_trgm_ops"),
        ),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    full_name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, server_default=PlatformRole.GUEST)
    status: Mapped[str] = mapped_column(Text, server_default=UserStatus.ACTIVE)
    email_verified_at: Mapped[Instant | None]
    password_changed_at: Mapped[Instant | None]
    terms_accepted_at: Mapped[Instant | None]
    marketing_accepted_at: Mapped[Instant | None]
    erased_at: Mapped[Instant | None]
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


class OneTimeToken(Model):
    """A link that was mailed, known by the SHA-256 of its token. `email`: where it went, and what it is about.

    `used_at`: it was used, or another was, or it may no longer be.
    """

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        CheckConstraint(one_of("purpose", Purpose), name="purpose"),
        Index("ix_one_time_tokens_user_id", "user_id", "purpose", "created_at"),
        Index("ix_one_time_tokens_expires_at", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    email: Mapped[str] = mapped_column(CITEXT)
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
    created_at: Mapped[Stamped]


class KnownAddress(Model):
    """A network address from which a person has shown who he is. `address`: as `app.core.address` writes it."""

    __tablename__ = "known_addresses"
    __table_args__ = (Index("ix_known_addresses_seen_at", "seen_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    seen_at: Mapped[Stamped]
