"""Somebody who is logged in shows his password once more, before what a stolen session must not be enough for."""

from functools import partial

from app.auth import limits, queries, turns
from app.auth.errors import SessionEnded, WrongPassword
from app.auth.models import User
from app.auth.policies import can_log_in
from app.auth.principal import Principal
from app.auth.service import login
from app.auth.service.opened import Checked
from app.core import throttle
from app.core.db import reading, transaction


def check(person: Principal, password: str) -> Checked:
    """Whose password it is, and which. Raises TooManyLogins, WrongPassword, Busy. No connection is held while it is hashed."""
    bucket = limits.of_own_password(person.user_id)
    with reading() as session:
        user = queries.get_user(session, person.user_id)
        login.refuse_until(throttle.wait(session, bucket))
    if not turns.KNOWN.run(partial(login.is_right, (bucket,), user.password_hash, password)):
        raise WrongPassword
    with transaction() as session:
        throttle.give_back(session, emptied=(bucket,))
    return Checked(user.id, user.password_changed_at)


def still(user: User, checked: Checked) -> None:
    """The locked person is still let in, and has the password that was checked. Raises SessionEnded, WrongPassword when he was given
    another meanwhile.
    """
    if not can_log_in(user.status):
        raise SessionEnded
    if user.password_changed_at != checked.password_changed_at:
        raise WrongPassword
