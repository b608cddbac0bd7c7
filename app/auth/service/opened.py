"""Sessions as other verbs open, turn and end them, each in a transaction of its caller."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.auth import queries, tokens
from app.auth.errors import SessionEnded
from app.auth.jobs import EMAIL_VERIFIED
from app.auth.models import KnownAddress, LoginSession
from app.auth.principal import Principal
from app.core import address
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.outbox import enqueue
from app.core.sql import by_hand, run

# The person is locked: a password that is being changed is waited for, and a login that was checked against the old one opens nothing,
# neither before the sessions are ended nor after. Bookings stand above this module, too: whoever booked without logging in is given
# what he booked by the job of a verified e-mail, which is ordered for him alone.
OPEN = by_hand(f"""
WITH person AS (
  SELECT * FROM users WHERE id = :user_id AND status = 'active' AND password_changed_at IS NOT DISTINCT FROM :password_changed_at
  FOR SHARE
), opened AS (
  INSERT INTO sessions (id, user_id, refresh_jti, user_agent, ip, expires_at)
  SELECT :session_id, id, :refresh_jti, :user_agent, :ip, clock_timestamp() + make_interval(secs => :seconds) FROM person
), known AS (
  INSERT INTO known_addresses AS known (user_id, address) SELECT id, :address FROM person
  ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at
)
SELECT {queries.FACTS}, u.email_verified_at IS NOT NULL AND EXISTS (
  SELECT FROM bookings b WHERE b.guest_email = u.email AND b.user_id IS NULL) AS has_booked_apart
FROM person u
""")  # noqa: S608 - of constants


UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Device:
    """What a session was opened from, for its owner to recognise."""

    user_agent: str | None = None
    ip: str | None = None

    @property
    def address(self) -> str:
        """Where it is, as throttles count it."""
        return address.of_client(self.ip) or UNKNOWN


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A pair of tokens and whose it is."""

    tokens: tokens.Pair
    user: Principal


@dataclass(frozen=True, slots=True)
class Checked:
    """Whose password was right, and which one that was."""

    user_id: UUID
    password_changed_at: datetime | None


def open_for(session: Session, checked: Checked, refresh_jti: UUID, device: Device) -> Principal | None:
    """A new session, and the device's address becomes one that the person is known at. One statement, unless he has booked without
    logging in: then what he booked follows by EMAIL_VERIFIED.

    None when the person has been suspended, or has another password, since he was checked.
    """
    session_id = new_id()
    facts: dict[str, Any] = {
        "session_id": session_id,
        "user_id": checked.user_id,
        "password_changed_at": checked.password_changed_at,
        "refresh_jti": refresh_jti,
        "user_agent": device.user_agent,
        "ip": device.ip,
        "address": device.address,
        "seconds": tokens.refresh_life().total_seconds(),
    }
    row = run(session, OPEN, facts).first()
    if row is None:
        return None
    if row.has_booked_apart:
        enqueue(session, EMAIL_VERIFIED, user_id=checked.user_id)
    return queries.principal_of(row, session_id, checked.user_id)


def know(session: Session, user_id: UUID, address: str) -> None:
    """Who shows otherwise than by a login that the account is his is known at the address from then on."""
    known = insert(KnownAddress).values(user_id=user_id, address=address)
    session.execute(
        known.on_conflict_do_update(index_elements=["user_id", "address"], set_={"seen_at": known.excluded.seen_at})
    )


def turn(session: Session, family: LoginSession, next_jti: UUID, at: datetime) -> Principal:
    """The next generation of a locked session. Raises SessionEnded when its person is no longer let in."""
    family.previous_jti, family.refresh_jti = family.refresh_jti, next_jti
    family.rotated_at = family.last_used_at = at
    family.expires_at = at + tokens.refresh_life()
    session.flush()
    return living(session, family.id, family.user_id)


def living(session: Session, session_id: UUID, user_id: UUID) -> Principal:
    """The person of the session. Raises SessionEnded."""
    person = queries.find_principal(session, session_id, user_id)
    if person is None:
        raise SessionEnded
    return person


def end(session: Session, session_id: UUID, reason: str) -> None:
    """Ends one session; its tokens are refused from now on."""
    _end(session, reason, LoginSession.id == session_id)


def end_own(session: Session, user_id: UUID, session_id: UUID, reason: str) -> bool:
    """Ends one of the person's living sessions; False when he has no such session."""
    living = LoginSession.expires_at > sql_now()
    return _end(session, reason, LoginSession.id == session_id, LoginSession.user_id == user_id, living) > 0


def end_all(session: Session, user_id: UUID, reason: str, *, but: UUID | None = None) -> None:
    """Ends all sessions of the person, but the one he does it in where that is to go on."""
    others = () if but is None else (LoginSession.id != but,)
    _end(session, reason, LoginSession.user_id == user_id, *others)


def _end(session: Session, reason: str, *which: ColumnElement[bool]) -> int:
    values = {"revoked_at": sql_now(), "revoked_reason": reason}
    statement = update(LoginSession).where(LoginSession.revoked_at.is_(None), *which).values(values)
    ended = session.execute(statement.returning(LoginSession.id).execution_options(synchronize_session=False))
    return len(ended.all())
