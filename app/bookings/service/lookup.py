"""A booking found by its reference and its e-mail, for a guest without an account who has lost his link.

Whoever guesses is stopped by the database: so many failures for a reference, and more from one address, for people share addresses. An
unknown reference and a wrong e-mail cost the same work and get the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.bookings import emails, present, queries
from app.bookings.errors import TooManyLookups
from app.core import throttle
from app.core.db import retrying, transaction
from app.core.errors import NotFound
from app.core.logging import logger
from app.mail.service import queue_email

WINDOW_SECONDS = 900
OF_REFERENCE, FAILURES_OF_REFERENCE = "bookings.lookup.reference", 10
OF_ADDRESS, FAILURES_OF_ADDRESS = "bookings.lookup.address", 100
LINKS, LINKS_OF_BOOKING, LINKS_SECONDS = "bookings.lookup.links", 3, 3600

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guest says he knows, `reference` in capitals and `email` in small letters, and from which address he says it."""

    reference: str
    email: str
    address: str | None


def one(asked: Asked) -> dict[str, Any]:
    """The booking, to look at. Raises NotFound, TooManyLookups."""
    row, wait = _find(asked)
    if wait is not None:
        _refuse(wait)
    if row is None:
        raise NotFound
    return present.looked_up(row)


def mail_link(asked: Asked) -> None:
    """Has the link mailed to the booking's own address, and tells nobody whether there is one. Raises TooManyLookups."""
    wait = _mail_link(asked)
    if wait is not None:
        _refuse(wait)


@retrying
def _find(asked: Asked) -> tuple[Mapping[str, Any] | None, int | None]:
    """The booking, if there is one; and for how long nobody is answered, if it is too much."""
    with transaction() as session:
        wait = _count(session, asked)
        return (None, wait) if wait is not None else (_found(session, asked), None)


@retrying
def _mail_link(asked: Asked) -> int | None:
    with transaction() as session:
        wait = _count(session, asked) or throttle.hit(
            session, LINKS, f"{asked.reference} {asked.email}", LINKS_OF_BOOKING, LINKS_SECONDS
        )
        row = None if wait else _found(session, asked)
        if row is not None:
            queue_email(session, emails.link(session, row["id"]))
    return wait


def _count(session: Session, asked: Asked) -> int | None:
    """Counts it as a failure beforehand, so that a hundred at once are not all looked up; in how many seconds to come again, if it is too
    much. An address that is stopped spends nothing of the reference's.
    """
    wait = None
    if asked.address is not None:
        wait = throttle.hit(session, OF_ADDRESS, asked.address, FAILURES_OF_ADDRESS, WINDOW_SECONDS)
    return wait or throttle.hit(session, OF_REFERENCE, asked.reference, FAILURES_OF_REFERENCE, WINDOW_SECONDS)


def _found(session: Session, asked: Asked) -> Mapping[str, Any] | None:
    """The booking; then it was no failure. The address gets back this one alone, or a booking of his own would let him go on guessing."""
    row = queries.find_rendered_by_both(session, asked.reference, asked.email)
    if row is not None:
        throttle.clear(session, OF_REFERENCE, asked.reference)
        if asked.address is not None:
            throttle.forgive(session, OF_ADDRESS, asked.address)
    return row


def _refuse(wait: int) -> None:
    log.warning("lookup_throttled", seconds=wait)
    raise TooManyLookups(retry_after=wait)
