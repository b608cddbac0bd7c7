"""Finding people, and what is known of one."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlalchemy.orm import Session

from app.auth.models import PlatformRole, Role, User, UserStatus
from app.core.errors import NotFound
from app.core.sql import by_hand, run
from app.hotels.models import Member

SHORTEST = 3  # letters that make a trigram: an index can be asked for no less
SPECIAL = re.compile(r"([\\%_])")
PHONE = re.compile(r"[0-9+() ./-]+")

_PLACES = select(func.jsonb_object_agg(Member.hotel_id, Member.role)).where(Member.user_id == User.id)
_SHOWN = (
    User.id,
    User.email,
    User.full_name,
    User.phone,
    User.role.label("platform_role"),
    User.status,
    User.email_verified_at,
    User.created_at,
    _PLACES.scalar_subquery().label("memberships"),
)
PERSON = by_hand("""
SELECT u.id, u.email, u.full_name, u.phone, u.role AS platform_role, u.status, u.email_verified_at, u.terms_accepted_at,
       u.marketing_accepted_at, u.password_changed_at, u.erased_at, u.created_at, u.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('hotel_id', h.id, 'hotel_name', h.name, 'role', m.role) ORDER BY h.name, h.id), '[]')
        FROM hotel_members m JOIN hotels h ON h.id = m.hotel_id WHERE m.user_id = u.id) AS places,
       (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp())
         AS living_sessions,
       (SELECT max(s.created_at) FROM sessions s WHERE s.user_id = u.id) AS last_login_at,
       (SELECT coalesce(jsonb_object_agg(status, number), '{}') FROM (
          SELECT b.status, count(*) AS number FROM bookings b WHERE b.user_id = u.id GROUP BY b.status) AS counted) AS bookings
FROM users u WHERE u.id = :user_id
""")


@dataclass(frozen=True, slots=True)
class WantedUsers:
    """What people are narrowed to. `q`: how an e-mail begins, or a part of a name or of a telephone number. `role`: one of the words
    that a person is, `guest` being who is nothing else.
    """

    q: str | None = None
    role: Role | None = None
    status: UserStatus | None = None


def page_users(session: Session, wanted: WantedUsers, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` people, who came last being first. One statement."""
    statement = select(*_SHOWN).where(*_narrowed(wanted))
    if after is not None:
        statement = statement.where(User.id < after)
    return [dict(row._mapping) for row in session.execute(statement.order_by(User.id.desc()).limit(limit))]


def get_person(session: Session, user_id: UUID) -> dict[str, Any]:
    """A person with his places, how often he is logged in, and his bookings by status. One statement. Raises NotFound."""
    row = run(session, PERSON, {"user_id": user_id}).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)


def _narrowed(wanted: WantedUsers) -> list[ColumnElement[bool]]:
    conditions = [] if wanted.status is None else [User.status == wanted.status]
    if wanted.q:
        conditions.append(_is_like(wanted.q))
    if wanted.role is not None:
        conditions.append(_is(wanted.role))
    return conditions


def _is_like(q: str) -> ColumnElement[bool]:
    """Each of the three by trigrams of one index."""
    typed = SPECIAL.sub(r"\\\1", q)
    ways = [cast(User.email, Text).ilike(f"{typed}%"), User.full_name.ilike(f"%{typed}%")]
    if digits := _digits(q):
        ways.append(User.phone.like(f"%{digits}%"))
    return or_(*ways)


def _digits(q: str) -> str | None:
    """The part of a number that both its spellings share: as dialled in Nigeria, and as it is kept."""
    if not PHONE.fullmatch(q):
        return None
    digits = re.sub(r"[^0-9]", "", q).lstrip("0")
    return digits if len(digits) >= SHORTEST else None


def _is(role: Role) -> ColumnElement[bool]:
    if role is Role.PLATFORM_ADMIN:
        return User.role == PlatformRole.PLATFORM_ADMIN
    places = select(Member.user_id).where(Member.user_id == User.id)
    if role is Role.GUEST:
        return (User.role == PlatformRole.GUEST) & ~places.exists()
    return places.where(Member.role == role).exists()
