"""Erasing a person: nothing is left that says who he was, and all that money and rooms hang on stays.

It stands above all modules that know something of people, and has each of them blank its own in one transaction.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.auth import queries as people
from app.auth.models import User, UserStatus
from app.auth.principal import Principal
from app.auth.service import erase as account
from app.auth.service import own_password, platform_admins
from app.bookings.service import claim
from app.bookings.service import erase as bookings
from app.core import idempotency
from app.core.db import retrying, transaction
from app.core.logging import logger
from app.core.outbox import enqueue
from app.erasure import queries
from app.erasure.errors import HasOpenBookings
from app.erasure.jobs import ERASE_STRAGGLERS
from app.hotels.errors import LastHotelAdmin
from app.hotels.models import Invitation, Member
from app.mail import service as mail
from app.mail.service import Erased

# By then no request runs any more that was let in as this person.
STRAGGLERS_AFTER = 60

log = logger(__name__)


@retrying
def erase(person: Principal, password: str) -> None:
    """At the person's own wish. Raises WrongPassword, TooManyLogins, LastHotelAdmin, LastPlatformAdmin, HasOpenBookings, Busy."""
    checked = own_password.check(person, password)
    claim.by_verified_email(person.user_id)  # and stays his when he is refused: open bookings are his to cancel
    with transaction() as session:
        queries.take_turn(session, person.user_id)
        _refuse_last_admin(session, person.user_id)
        user = people.lock_user(session, person.user_id)
        own_password.still(user, checked)
        _refuse_open_bookings(session, person.user_id)
        _erase(session, user)
    log.info("person_erased", user_id=str(person.user_id))


def _refuse_last_admin(session: Session, user_id: UUID) -> None:
    run = queries.lock_hotels_run_by(session, user_id)
    if hotel_ids := queries.left_without_admin(session, run, user_id):
        raise LastHotelAdmin(hotel_ids=hotel_ids)
    platform_admins.keep_one(session, but=user_id)


def _refuse_open_bookings(session: Session, user_id: UUID) -> None:
    if references := queries.open_bookings(session, user_id):
        raise HasOpenBookings(references=references)


def _erase(session: Session, user: User) -> None:
    _forget_written(session, user)
    bookings.blank_guest(session, user.id)
    session.execute(delete(Member).where(Member.user_id == user.id))
    session.execute(delete(Invitation).where(Invitation.email == user.email))
    account.blank(session, user)
    enqueue(session, ERASE_STRAGGLERS, due_in=STRAGGLERS_AFTER, user_id=user.id)


def stragglers(user_id: UUID) -> None:
    """What requests and jobs that were under way wrote of the person after he was erased."""
    with transaction() as session:
        user = people.lock_user(session, user_id)
        if user.status == UserStatus.ERASED:
            _forget_written(session, user)
            bookings.blank_guest(session, user.id)


def _forget_written(session: Session, user: User) -> None:
    made = queries.bookings_of(session, user.id)
    ids, emails = {one.id for one in made}, {one.guest_email for one in made}
    causes = ids.union(*(one.other_ids for one in made))
    mail.erase(session, Erased(user.id, user.email, causes, emails))
    idempotency.forget(session, emails, ids)
