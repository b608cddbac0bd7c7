"""Any payment, found and looked at by the platform's people, and what only they decide about money."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.admin import money_queries
from app.admin.money_queries import WantedPayments
from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.db import reading
from app.core.idempotency import Key
from app.core.paging import cursor_of, page, read_cursor
from app.payments import queries
from app.payments.errors import PaymentNotFound, RefundNotFound
from app.payments.models import Refund
from app.payments.service import refund as refunds
from app.payments.service import resolve
from app.payments.service.decision import Decision


class Word(StrEnum):
    """What is said about money in review."""

    ACCEPT = "accept"
    REFUND = "refund"


VERBS: Mapping[Word, Callable[[str, Decision], bool]] = {Word.ACCEPT: resolve.accept, Word.REFUND: resolve.refund}


def find(wanted: WantedPayments, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first. Raises CursorInvalid."""
    after = read_cursor(cursor)
    with reading() as session:
        found = money_queries.page_payments(session, wanted, after, limit + 1)
    return page(found, limit, lambda row: cursor_of(row["id"]))


def show(reference: str) -> dict[str, Any]:
    """An attempt to pay with what the gateway said of it, the webhooks about it, and what goes back. Raises PaymentNotFound."""
    with reading() as session:
        payment = queries.find_by_reference(session, reference)
        if payment is None:
            raise PaymentNotFound
        events = queries.events_about(session, reference)
        return {"payment": payment, "events": events, "refunds": queries.refunds_of(session, payment.id)}


def decide(person: Principal, reference: str, word: Word, reason: str, key: Key) -> bool:
    """About money in review; True if the key had decided before. Raises what `resolve` raises."""
    return VERBS[word](reference, Decision(permissions.actor(person, Verb.DECIDE_PAYMENTS), reason, key))


def refund_again(person: Principal, refund_id: UUID, reason: str, key: Key) -> tuple[Refund, bool]:
    """A refund that failed is sent anew. The refund, and whether the key had done so before. Raises what `refund.again` raises."""
    replayed = refunds.again(refund_id, Decision(permissions.actor(person, Verb.DECIDE_PAYMENTS), reason, key))
    with reading() as session:
        refund = queries.find_refund(session, refund_id)
    if refund is None:
        raise RefundNotFound
    return refund, replayed
