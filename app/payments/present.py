"""What a payment looks like from outside: pure, from rows."""

from collections.abc import Mapping
from typing import Any

from app.bookings.models import BookingStatus, PaymentStatus
from app.payments.models import PaymentState, Refund

SHOWN = (
    "booking_id",
    "part",
    "reference",
    "status",
    "booking_status",
    "payment_status",
    "amount",
    "refunded_amount",
    "currency",
)
REFUND_SHOWN = ("id", "amount", "currency", "reason", "status", "created_at", "processed_at")
GOING_BACK = frozenset({PaymentStatus.REFUND_DUE, PaymentStatus.PARTIALLY_REFUNDED})
TAKEN = frozenset({BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN, BookingStatus.CHECKED_OUT, BookingStatus.NO_SHOW})


def payment(row: Mapping[str, Any]) -> dict[str, Any]:
    """`row` of `queries.shown`. The link is shown only while it leads somewhere."""
    is_open = row["status"] == PaymentState.INITIALIZED and row["is_waited_for"]
    link = {name: row[name] if is_open else None for name in ("authorization_url", "access_code")}
    return {name: row[name] for name in SHOWN} | link | {"expires_at": row["expires_at"], "paid_at": row["paid_at"]}


def refund(row: Refund) -> dict[str, Any]:
    return {name: getattr(row, name) for name in REFUND_SHOWN}


def state_after_return(row: Mapping[str, Any]) -> str:
    """One word for a guest who comes back from the checkout, told by our own rows alone."""
    if row["part"] > 1:
        return _state_of_later_part(row)
    if row["status"] == PaymentState.REVERSED or row["payment_status"] == PaymentStatus.REFUNDED:
        return "refunded"
    if row["payment_status"] in GOING_BACK:
        return "refunding"
    if row["booking_status"] in TAKEN:
        return "confirmed"
    if row["status"] == PaymentState.FAILED:
        return "failed"
    if (
        row["booking_status"] in (BookingStatus.EXPIRED, BookingStatus.CANCELLED)
        and row["status"] == PaymentState.ABANDONED
    ):
        return str(row["booking_status"])
    return "processing"


def _state_of_later_part(row: Mapping[str, Any]) -> str:
    """The same about a change: its booking stands all the while, so the payment itself must tell."""
    if row["status"] == PaymentState.REVERSED:
        return "refunded"
    if row["applied_at"] is not None:
        return "confirmed" if row["kept"] else "refunding"
    if row["status"] == PaymentState.FAILED:
        return "failed"
    return "expired" if row["status"] == PaymentState.ABANDONED and not row["is_waited_for"] else "processing"
