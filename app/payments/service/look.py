"""Looking at payments and refunds, for those who may see them."""

from typing import Any

from app.auth.principal import Principal
from app.core.db import reading
from app.payments import policies, present, queries
from app.payments.errors import PaymentNotFound


def one(person: Principal, reference: str) -> dict[str, Any]:
    """A payment. Raises PaymentNotFound, also when the person may not see it."""
    return present.payment(_row(person, reference))


def refunds(person: Principal, reference: str) -> dict[str, Any]:
    """`{items}`: what goes back of a payment, oldest first. Raises PaymentNotFound."""
    row = _row(person, reference)
    with reading() as session:
        found = queries.refunds_of(session, row["id"])
    return {"items": [present.refund(refund) for refund in found]}


def after_checkout(reference: str) -> dict[str, Any]:
    """What anybody who knows a reference may see of its payment. Raises PaymentNotFound."""
    with reading() as session:
        return queries.shown(session, reference)


def _row(person: Principal, reference: str) -> dict[str, Any]:
    row = after_checkout(reference)
    if not policies.can_see(person, row["user_id"]):
        raise PaymentNotFound
    return row
