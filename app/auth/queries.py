"""Every SELECT of people, their sessions and their links."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.auth.models import LoginSession, OneTimeToken, PlatformRole, Purpose, User, UserStatus
from app.auth.principal import Principal, Profile, strongest
from app.core.clock import sql_now, sql_seconds
from app.core.errors import NotFound
from app.core.sql import by_hand, run

MOST_SESSIONS = 100
KNOWN_DAYS = 90
DAY = 86400

# Hotels stand above this module and may not be imported; what each request asks of them is this one table.
FACTS = """u.email, u.full_name, u.phone, u.role, u.email_verified_at IS NOT NULL AS email_verified,
       u.marketing_accepted_at IS NOT NULL AS marketing,
       (SELECT jsonb_object_agg(m.hotel_id, m.role) FROM hotel_members m WHERE m.user_id = u.id) AS memberships"""
PRINCIPAL = by_hand(f"""
SELECT {FACTS}
FROM users u JOIN sessions s ON s.user_id = u.id
WHERE s.id = :session_id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.id = :user_id AND u.status = 'active'
""")  # noqa: S608 - of constants
PROFILE = by_hand(f"SELECT {FACTS} FROM users u WHERE u.id = :user_id")  # noqa: S608
CREDENTIALS = by_hand("""
SELECT u.id, u.email, u.password_hash, u.password_changed_at, u.status, EXISTS (
  SELECT FROM known_addresses k
  WHERE k.user_id = u.id AND k.address = :address AND k.seen_at > clock_timestamp() - make_interval(days => :known_days)) AS is_known
FROM users u WHERE u.email = :email
""")


@dataclass(frozen=True, slots=True)
class SentLinks:
    """How many links of a kind were sent in a day, and how many seconds ago the last and the first of them."""

    count: int
    since_last: float
    since_first: float


def find_principal(session: Session, session_id: UUID, user_id: UUID) -> Principal | None:
    """The person of a living session with his memberships, by one statement.

    None when the session is revoked, over or another's, and when the person is suspended or gone.
    """
    row = run(session, PRINCIPAL, {"session_id": session_id, "user_id": user_id}).first()
    return None if row is None else principal_of(row, session_id, user_id)


def principal_of(row: Row[Any], session_id: UUID, user_id: UUID) -> Principal:
    """From a row of FACTS."""
    return Principal(session_id=session_id, **_facts(row, user_id))


def get_profile(session: Session, user_id: UUID) -> Profile:
    """A person, in a session or not. Raises NotFound."""
    row = run(session, PROFILE, {"user_id": user_id}).first()
    if row is None:
        raise NotFound
    return Profile(**_facts(row, user_id))


def _facts(row: Row[Any], user_id: UUID) -> dict[str, Any]:
    memberships = {UUID(hotel_id): role for hotel_id, role in (row.memberships or {}).items()}
    return {
        "user_id": user_id,
        "email": row.email,
        "full_name": row.full_name,
        "phone": row.phone,
        "role": strongest(row.role, memberships),
        "memberships": memberships,
        "email_verified": row.email_verified,
        "marketing": row.marketing,
    }


def find_credentials(session: Session, email: str, address: str) -> Row[Any] | None:
    """id, email, password_hash, password_changed_at, status of the account, and `is_known`: it was lately used from the address."""
    return run(session, CREDENTIALS, {"email": email, "address": address, "known_days": KNOWN_DAYS}).first()


def find_user_by_email(session: Session, email: str) -> User | None:
    """The user with this e-mail, in any spelling of its case."""
    return session.scalar(select(User).where(User.email == email))


def get_user(session: Session, user_id: UUID) -> User:
    """Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def lock_user(session: Session, user_id: UUID) -> User:
    """Raises NotFound."""
    user = session.scalar(select(User).where(User.id == user_id).with_for_update(key_share=True))
    if user is None:
        raise NotFound
    return user


def lock_active_user(session: Session, user_id: UUID) -> User | None:
    is_one = (User.id == user_id, User.status == UserStatus.ACTIVE)
    return session.scalar(select(User).where(*is_one).with_for_update(key_share=True))


def lock_platform_admins(session: Session) -> list[UUID]:
    """Who is an admin of the platform and may log in, locked in the order of their ids."""
    is_one = (User.role == PlatformRole.PLATFORM_ADMIN, User.status == UserStatus.ACTIVE)
    return list(session.scalars(select(User.id).where(*is_one).order_by(User.id).with_for_update(key_share=True)))


def lock_login_session(session: Session, session_id: UUID) -> LoginSession | None:
    return session.scalar(select(LoginSession).where(LoginSession.id == session_id).with_for_update(key_share=True))


def living_sessions(session: Session, user_id: UUID) -> Sequence[LoginSession]:
    """Those that are neither revoked nor over, the last used first."""
    living = (
        LoginSession.user_id == user_id,
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > sql_now(),
    )
    order = (LoginSession.last_used_at.desc(), LoginSession.id.desc())
    return session.scalars(select(LoginSession).where(*living).order_by(*order).limit(MOST_SESSIONS)).all()


def find_link(session: Session, token_hash: bytes, purposes: Collection[Purpose]) -> OneTimeToken | None:
    """The link, if it is for one of the purposes and still good. It is not locked: whoever uses it looks again."""
    good = (OneTimeToken.used_at.is_(None), OneTimeToken.expires_at > sql_now(), OneTimeToken.purpose.in_(purposes))
    return session.scalar(select(OneTimeToken).where(OneTimeToken.token_hash == token_hash, *good))


def is_made(session: Session, link_id: UUID) -> bool:
    """Whether there is such a link, good or not."""
    return session.get(OneTimeToken, link_id) is not None


def sent_links(session: Session, user_id: UUID, purpose: Purpose) -> SentLinks:
    """What was mailed to the person in the last 24 hours. He is locked, so that two requests do not both count before either writes."""
    at, now = OneTimeToken.created_at, sql_now()
    lately = (OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose, at > now - sql_seconds(DAY))
    columns = (func.count(), func.extract("epoch", now - func.max(at)), func.extract("epoch", now - func.min(at)))
    count, since_last, since_first = session.execute(select(*columns).where(*lately)).one()
    return SentLinks(count, float(since_last or DAY), float(since_first or DAY))
