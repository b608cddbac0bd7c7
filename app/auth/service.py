"""Registering, logging in, staying logged in, logging out."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.auth import passwords, queries, tokens
from app.auth.errors import AccountSuspended, BadCredentials, RefreshRaced, RefreshReused, SessionEnded
from app.auth.models import LoginSession, PlatformRole, Role, User
from app.auth.policies import can_log_in
from app.auth.principal import Principal, Profile
from app.auth.rotation import Verdict, judge
from app.core.clock import now, sql_now
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.errors import AppError
from app.core.logging import logger

log = logger(__name__)

REFUSALS: dict[Verdict, type[AppError]] = {
    Verdict.ENDED: SessionEnded,
    Verdict.RACED: RefreshRaced,
    Verdict.REUSED: RefreshReused,
}


@dataclass(frozen=True, slots=True)
class Device:
    """What a session was opened from, for its owner to recognise."""

    user_agent: str | None = None
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class NewUser:
    """`email` lower-cased, `phone` in E.164."""

    email: str
    password: str = field(repr=False)
    full_name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A pair of tokens and whose it is."""

    tokens: tokens.Pair
    user: Principal


def register(new: NewUser) -> Profile:
    """A guest's account; opens no session. Raises EmailTaken."""
    password_hash, user_id = passwords.hash_of(new.password), new_id()
    with transaction() as session:
        session.add(
            User(
                id=user_id,
                email=new.email,
                password_hash=password_hash,
                full_name=new.full_name,
                phone=new.phone,
                role=PlatformRole.GUEST,
            )
        )
    return Profile(
        user_id=user_id, email=new.email, full_name=new.full_name, phone=new.phone, role=Role.GUEST, memberships={}
    )


def login(email: str, password: str, device: Device) -> LoggedIn:
    """A new session. Raises BadCredentials, AccountSuspended, Busy.

    No connection is held while the password is checked.
    """
    user = _checked(email, password)
    fresh_hash = passwords.hash_of(password) if passwords.is_outdated(user.password_hash) else user.password_hash
    refresh_jti = uuid4()
    with transaction() as session:
        _keep_hash(session, user, fresh_hash)
        person = _open(session, user.id, refresh_jti, device)
    return LoggedIn(tokens.issue(person, refresh_jti), person)


def refresh(refresh_token: str) -> LoggedIn:
    """The next pair of a session; the token shown is used up.

    The session's row is locked, so of two requests with one token exactly one gets a pair.
    Raises TokenInvalid, TokenExpired, SessionEnded, RefreshRaced, RefreshReused.
    """
    claims, next_jti = tokens.decode_refresh(refresh_token), uuid4()
    with transaction() as session:
        family = queries.lock_login_session(session, claims.session_id)
        verdict = judge(family, claims.jti, now(session))
        if verdict is Verdict.REUSED:
            _revoke(session, claims.session_id, "reuse")
        person = _rotate(session, family, next_jti) if family is not None and verdict is Verdict.ROTATE else None
    if person is None:
        # Only now: a refusal raised inside would have taken the revocation back.
        log.warning("refresh_refused", verdict=verdict.name.lower(), session_id=str(claims.session_id))
        raise REFUSALS[verdict]
    return LoggedIn(tokens.issue(person, next_jti), person)


def logout(session_id: UUID) -> None:
    """Ends the session: its tokens are refused from now on."""
    with transaction() as session:
        _revoke(session, session_id, "logout")


def update_profile(person: Principal, changes: dict[str, str | None]) -> Principal:
    """Changes `full_name`, `phone`, whichever is given. Raises SessionEnded."""
    with transaction() as session:
        user = queries.lock_user(session, person.user_id)
        user.full_name = changes.get("full_name") or user.full_name
        user.phone = changes.get("phone", user.phone)
        user.updated_at = now(session)
        session.flush()
        return _living(session, person.session_id, person.user_id)


def _checked(email: str, password: str) -> User:
    with reading() as session:
        user = queries.find_user_by_email(session, email)
    right = passwords.matches(user.password_hash if user else None, password)
    if user is None or not right:
        raise BadCredentials
    if not can_log_in(user.status):
        raise AccountSuspended
    return user


def _keep_hash(session: Session, user: User, fresh_hash: str) -> None:
    """Only in place of the one that was checked: a password changed meanwhile stays changed."""
    if fresh_hash != user.password_hash:
        known = (User.id == user.id, User.password_hash == user.password_hash)
        session.execute(
            update(User).where(*known).values(password_hash=fresh_hash).execution_options(synchronize_session=False)
        )


def _open(session: Session, user_id: UUID, refresh_jti: UUID, device: Device) -> Principal:
    opened = LoginSession(
        id=new_id(),
        user_id=user_id,
        refresh_jti=refresh_jti,
        user_agent=device.user_agent,
        ip=device.ip,
        expires_at=now(session) + tokens.refresh_life(),
    )
    session.add(opened)
    session.flush()
    return _living(session, opened.id, user_id)


def _rotate(session: Session, family: LoginSession, next_jti: UUID) -> Principal:
    at = now(session)
    family.previous_jti, family.refresh_jti = family.refresh_jti, next_jti
    family.rotated_at = family.last_used_at = at
    family.expires_at = at + tokens.refresh_life()
    session.flush()
    return _living(session, family.id, family.user_id)


def _living(session: Session, session_id: UUID, user_id: UUID) -> Principal:
    person = queries.find_principal(session, session_id, user_id)
    if person is None:
        raise SessionEnded
    return person


def _revoke(session: Session, session_id: UUID, reason: str) -> None:
    living = (LoginSession.id == session_id, LoginSession.revoked_at.is_(None))
    values = {"revoked_at": sql_now(), "revoked_reason": reason}
    session.execute(update(LoginSession).where(*living).values(values).execution_options(synchronize_session=False))
