"""Logging in by e-mail and password.

Strangers and owners get the same answers for the same work, and who tries too often gets none: that is decided before any password is
looked at, again when its turn has come, and by counting before the look, so that of many at once no more get through than may.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.auth import limits, passwords, queries, tokens, turns
from app.auth.errors import AccountSuspended, BadCredentials, TooManyLogins
from app.auth.models import User
from app.auth.policies import can_log_in
from app.auth.service import opened
from app.auth.service.opened import Checked, Device, LoggedIn
from app.core import throttle
from app.core.db import reading, transaction
from app.core.errors import Busy
from app.core.throttle import Bucket


@dataclass(frozen=True, slots=True)
class Attempt:
    """`account`: the row of the e-mail, if there is one. `buckets`: what a wrong password counts in."""

    account: Row[Any] | None
    buckets: Sequence[Bucket]
    lane: turns.Lane


def by_password(email: str, password: str, device: Device) -> LoggedIn:
    """A new session. Raises TooManyLogins, BadCredentials, AccountSuspended, Busy.

    No connection is held while the password is hashed. Statements: account, buckets, drop, session, drop back.
    """
    attempt = _attempt(email, device.address)
    account = _checked(attempt, password)
    fresh_hash = _fresh_hash(attempt.lane, account, password)
    refresh_jti = uuid4()
    with transaction() as session:
        if fresh_hash != account.password_hash:
            _keep_hash(session, account, fresh_hash)
        person = opened.open_for(session, Checked(account.id, account.password_changed_at), refresh_jti, device)
        throttle.give_back(session, *attempt.buckets, emptied=limits.of_account(email, device.address))
    if person is None:
        raise BadCredentials
    return LoggedIn(tokens.issue(person, refresh_jti), person)


def is_right(buckets: Sequence[Bucket], password_hash: str | None, password: str) -> bool:
    """Counts the attempt, then looks: in its lane's turn. Raises TooManyLogins."""
    with transaction() as session:
        seconds = throttle.take(session, *buckets)
    refuse_until(seconds)
    return passwords.matches(password_hash, password)


def refuse_until(seconds: float) -> None:
    """Raises TooManyLogins unless that is now."""
    if seconds > 0:
        raise TooManyLogins(retry_after=math.ceil(seconds))


def _attempt(email: str, address: str) -> Attempt:
    with reading() as session:
        account = queries.find_credentials(session, email, address)
        is_known = account is not None and account.is_known
        buckets = limits.of_known(email, address) if is_known else limits.of_stranger(email, address)
        refuse_until(throttle.wait(session, *buckets))
    return Attempt(account, buckets, turns.KNOWN if is_known else turns.STRANGERS)


def _checked(attempt: Attempt, password: str) -> Row[Any]:
    """The account. That it is suspended is told only to those who know the password."""
    account = attempt.account
    password_hash = None if account is None else account.password_hash
    right = attempt.lane.run(partial(is_right, attempt.buckets, password_hash, password))
    if account is None or not right:
        raise BadCredentials
    if not can_log_in(account.status):
        raise AccountSuspended
    return account


def _fresh_hash(lane: turns.Lane, account: Row[Any], password: str) -> str:
    """Made with today's parameters, unless there is no turn for it now: then next time."""
    if passwords.is_outdated(account.password_hash):
        with suppress(Busy):
            return lane.run(partial(passwords.hash_of, password))
    return str(account.password_hash)


def _keep_hash(session: Session, account: Row[Any], fresh_hash: str) -> None:
    """Only in place of the one that was checked: a password changed meanwhile stays changed."""
    known = (User.id == account.id, User.password_hash == account.password_hash)
    session.execute(
        update(User).where(*known).values(password_hash=fresh_hash).execution_options(synchronize_session=False)
    )
