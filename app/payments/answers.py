"""What the gateway says, as our types. It writes loosely (numbers as strings, `{}` for null, one time under two names): read with care
here, trusted everywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Initialized:
    """Where the guest pays."""

    reference: str
    authorization_url: str
    access_code: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """`amount`: what the customer paid, `requested_amount`: what we asked for (they differ when he pays the fees); kobo.

    `domain`: `test` or `live`.
    """

    reference: str
    status: str
    amount: int
    requested_amount: int
    currency: str
    domain: str
    gateway_id: int | None
    channel: str | None
    fees: int | None
    paid_at: datetime | None
    gateway_response: str | None


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """`status` in the gateway's words; `amount` in kobo; `transaction_id` or `transaction_reference` says whose it is, by endpoint."""

    gateway_id: int
    status: str
    amount: int | None
    merchant_note: str
    transaction_id: int | None
    transaction_reference: str | None


def read_transaction(data: Mapping[str, Any]) -> Transaction:
    amount = whole(data.get("amount")) or 0
    requested = whole(data.get("requested_amount"))
    return Transaction(
        reference=text(data.get("reference")) or "",
        status=(text(data.get("status")) or "").lower(),
        amount=amount,
        requested_amount=amount if requested is None else requested,
        currency=text(data.get("currency")) or "",
        domain=text(data.get("domain")) or "",
        gateway_id=whole(data.get("id")),
        channel=text(data.get("channel")),
        fees=whole(data.get("fees")),
        paid_at=instant(data.get("paid_at") or data.get("paidAt")),
        gateway_response=text(data.get("gateway_response")),
    )


def read_refund(data: Mapping[str, Any]) -> RefundAnswer | None:
    """None for what has no id: it could not be followed."""
    gateway_id = whole(data.get("id"))
    if gateway_id is None:
        return None
    owner = data.get("transaction")
    owner = owner if isinstance(owner, Mapping) else {"id": owner}
    return RefundAnswer(
        gateway_id=gateway_id,
        status=(text(data.get("status")) or "").lower(),
        amount=whole(data.get("amount")),
        merchant_note=text(data.get("merchant_note")) or "",
        transaction_id=whole(owner.get("id")),
        transaction_reference=text(owner.get("reference")) or text(data.get("transaction_reference")),
    )


def whole(value: object) -> int | None:
    """An integer that fits a bigint, also from digits in a string; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    return None


def text(value: object) -> str | None:
    """A string that PostgreSQL can keep, at most 500 characters; None for anything else, and for the empty one."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:500] or None


def instant(value: object) -> datetime | None:
    """An ISO 8601 instant; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
