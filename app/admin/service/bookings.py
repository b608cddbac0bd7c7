"""Any booking, found and looked at by the platform's people."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from app.admin import money_queries
from app.admin.money_queries import WantedBookings
from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.bookings import present, queries
from app.bookings.service import cancel
from app.core.audit_trail import Subject, note
from app.core.db import reading, transaction
from app.core.errors import NotFound
from app.core.idempotency import Key
from app.core.paging import cursor_of, page, read_cursor
from app.mail.queries import mails_about
from app.payments.queries import of_booking


class HowMuch(StrEnum):
    """What a guest gets back whose booking the platform cancels."""

    FULL = "full"
    POLICY = "policy"


STAMPS = ("user_id", "confirmed_at", "cancelled_at", "expired_at")


def find(wanted: WantedBookings, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        found = money_queries.page_bookings(session, wanted, after, limit + 1)
    return page(found, limit, lambda row: cursor_of(row["id"]))


def show(person: Principal, booking_id: UUID) -> dict[str, Any]:
    """The booking as its guest sees it, and all that happened to it; that it was looked at is noted. Raises NotFound."""
    actor = permissions.actor(person, Verb.SEE_ANY_BOOKING)
    told = _told(booking_id)
    with transaction() as session:
        note(session, actor, "booking.view", Subject("booking", booking_id))
    return told


def cancel_any(person: Principal, booking_id: UUID, how_much: HowMuch, reason: str, *, key: Key) -> bool:
    """True if the key had done so before. Raises what `cancel.by_platform` raises."""
    return cancel.by_platform(person, booking_id, cancel.Word(reason, key, is_free=how_much is HowMuch.FULL))


def shown(booking_id: UUID) -> dict[str, Any]:
    """The booking after what was done to it: as `show`, but that it is looked at is nothing new. Raises NotFound."""
    return _told(booking_id)


def _told(booking_id: UUID) -> dict[str, Any]:
    with reading() as session:
        (row,) = queries.rendered(session, [booking_id]) or (None,)
        if row is None:
            raise NotFound
        payments, refunds = of_booking(session, booking_id)
        more = {
            "history": queries.history_of(session, booking_id),
            "payments": payments,
            "refunds": refunds,
            "mails": mails_about(session, [booking_id, *(refund.id for refund in refunds)]),
        }
    return {"booking": present.booking(row)} | {name: row[name] for name in STAMPS} | more
