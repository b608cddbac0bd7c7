"""A refund as POST, the reads and the webhooks write it: three shapes that differ in the type of `transaction`,
in the type of `amount` and in whether they have an `id`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox import clock
from sandbox.paystack import shapes
from sandbox.paystack.transactions import Transaction

INTEGRATION = 700_123
REFUNDED_BY = "ops@smartstay.example"
EXPECTED_AFTER_SECONDS = timedelta(days=10).total_seconds()


@dataclass(frozen=True)
class Refund:
    """`amount` in kobo; `reference` is the transaction's; `next_at` when the next step is due."""

    id: int
    mode: str
    transaction_id: int
    reference: str
    amount: int
    currency: str
    status: str
    path: str
    step_seconds: float
    next_at: float | None
    customer_note: str | None
    merchant_note: str | None
    refund_reference: str | None
    account: str | None
    created_at: float
    updated_at: float
    refunded_at: float | None


def _core(refund: Refund) -> dict[str, Any]:
    return {
        "integration": INTEGRATION,
        "deducted_amount": refund.amount if refund.status == "processed" else 0,
        "channel": None,
        "merchant_note": refund.merchant_note,
        "customer_note": refund.customer_note,
        "status": refund.status,
        "refunded_by": REFUNDED_BY,
        "expected_at": clock.iso(refund.created_at + EXPECTED_AFTER_SECONDS),
        "currency": refund.currency,
        "domain": refund.mode,
        "amount": refund.amount,
        "fully_deducted": refund.status == "processed",
        "id": refund.id,
        "createdAt": clock.iso(refund.created_at),
        "updatedAt": clock.iso(refund.updated_at),
    }


def created(refund: Refund, transaction: Transaction) -> dict[str, Any]:
    """`transaction` is an object here and only here."""
    return {
        "transaction": {
            "id": transaction.id,
            "domain": transaction.mode,
            "reference": transaction.reference,
            "amount": transaction.amount,
            "paid_at": clock.iso(transaction.paid_at),
            "channel": "card",
            "currency": transaction.currency,
            "authorization": {"exp_month": None, "exp_year": None, "account_name": None},
            "customer": {"international_format_phone": None},
            "plan": {},
            "subaccount": {"currency": None},
            "split": {},
            "order_id": None,
            "paidAt": clock.iso(transaction.paid_at),
            "pos_transaction_data": None,
            "source": None,
            "fees_breakdown": None,
        }
    } | _core(refund)


def read(refund: Refund) -> dict[str, Any]:
    """`transaction` is the numeric id; `fully_deducted` is 1, not true."""
    return _core(refund) | {
        "transaction": refund.transaction_id,
        "transaction_reference": refund.reference,
        "fully_deducted": 1 if refund.status == "processed" else None,
        "dispute": None,
        "settlement": None,
        "refunded_at": clock.iso(refund.refunded_at),
        "bank_reference": refund.refund_reference,
        "reason": None,
        "refund_type": None,
        "refund_channel": "instant-transfer",
        "session_id": None,
    }


def told(refund: Refund, transaction: Transaction) -> dict[str, Any]:
    """The data of refund.*: the amount is a string, but an integer when it failed; only needs-attention has an id."""
    customer = shapes.customer(transaction)
    data: dict[str, Any] = {
        "status": refund.status,
        "transaction_reference": refund.reference,
        "refund_reference": refund.refund_reference,
        "amount": refund.amount if refund.status == "failed" else str(refund.amount),
        "currency": refund.currency,
        "processor": "instant-transfer",
        "customer": {name: customer[name] for name in ("first_name", "last_name", "email")},
        "integration": INTEGRATION,
        "domain": refund.mode,
    }
    if refund.status != "needs-attention":
        return data
    del data["processor"]
    notes = {"customer_note": refund.customer_note, "merchant_note": refund.merchant_note}
    return data | {"id": str(refund.id)} | notes
