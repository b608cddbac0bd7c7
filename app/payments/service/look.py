"""Looking at payments and refunds, for those who may see them."""

from typing import Any

from app.bookings.asker import Asker, whose_row
from app.core.db import reading
from app.payments import policies, present, queries
from app.payments.errors import PaymentNotFound


def one(asker: Asker, reference: str) -> dict[str, Any]:
    """A payment. Raises PaymentNotFound, also for who may not see it."""
    return present.payment(_row(asker, reference))


def refunds(asker: Asker, reference: str) -> dict[str, Any]:
    """`{items}`: what goes back of a payment, oldest first. Raises PaymentNotFound."""
    row = _row(asker, reference)
    with reading() as session:
        found = queries.refunds_of(session, row["id"])
    return {"items": [present.refund(refund) for refund in found]}


def after_checkout(reference: str) -> dict[str, Any]:
    """What anybody who knows a reference may see of its payment. Raises PaymentNotFound."""
    with reading() as session:
        return queries.shown(session, reference)


def _row(asker: Asker, reference: str) -> dict[str, Any]:
    row = after_checkout(reference)
    if not policies.can_see(asker, whose_row(row)):
        raise PaymentNotFound
    return row
