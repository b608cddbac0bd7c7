"""A booking found by its reference and its e-mail, for a guest without an account who has lost his link.

Whoever guesses is stopped by the database: so many failures for a reference, and more from one address, for people share addresses. An
unknown reference and a wrong e-mail cost the same work and get the same answer.
"""

import math
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
from app.core.throttle import Bucket
from app.mail.service import queue_email

SECONDS, FAILURES_OF_REFERENCE, FAILURES_OF_ADDRESS = 900, 10, 100
LINKS_SECONDS, LINKS_OF_BOOKING = 3600, 3

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guest says he knows, `reference` in capitals and `email` in small letters, and from which address he says it."""

    reference: str
    email: str
    address: str | None

    @property
    def of_reference(self) -> Bucket:
        return Bucket("lookup_reference", self.reference, FAILURES_OF_REFERENCE, SECONDS)

    @property
    def of_address(self) -> Bucket:
        return Bucket("lookup_address", self.address or "unknown", FAILURES_OF_ADDRESS, SECONDS)

    @property
    def links(self) -> Bucket:
        return Bucket("lookup_links", f"{self.reference} {self.email}", LINKS_OF_BOOKING, LINKS_SECONDS)


def one(asked: Asked) -> dict[str, Any]:
    """The booking, to look at. Raises NotFound, TooManyLookups."""
    row, wait = _find(asked)
    _refuse_until(wait)
    if row is None:
        raise NotFound
    return present.looked_up(row)


def mail_link(asked: Asked) -> None:
    """Has the link mailed to the booking's own address, and tells nobody whether there is one. Raises TooManyLookups."""
    _refuse_until(_mail_link(asked))


@retrying
def _find(asked: Asked) -> tuple[Mapping[str, Any] | None, float]:
    """The booking, if there is one; and for how many seconds nobody is answered, if it is too much.

    It is counted as a failure beforehand, so that of a hundred at once not all are looked up.
    """
    with transaction() as session:
        wait = throttle.take(session, asked.of_reference, asked.of_address)
        return (None, wait) if wait else (_found(session, asked), 0)


@retrying
def _mail_link(asked: Asked) -> float:
    with transaction() as session:
        wait = throttle.take(session, asked.of_reference, asked.of_address, asked.links)
        row = None if wait else _found(session, asked)
        if row is not None:
            queue_email(session, emails.link(session, row["id"]))
    return wait


def _found(session: Session, asked: Asked) -> Mapping[str, Any] | None:
    """The booking; then it was no failure. The address gets back this one alone, or a booking of his own would let him go on guessing."""
    row = queries.find_rendered_by_both(session, asked.reference, asked.email)
    if row is not None:
        throttle.give_back(session, asked.of_address, emptied=(asked.of_reference,))
    return row


def _refuse_until(seconds: float) -> None:
    if seconds:
        log.warning("lookup_throttled", seconds=seconds)
        raise TooManyLookups(retry_after=math.ceil(seconds))
