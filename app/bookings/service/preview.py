"""What cancelling would cost now, and a token that holds us to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.bookings import penalty, policies, present, promise, queries, states
from app.bookings.asker import Asker, whose_row
from app.bookings.models import BookingStatus
from app.config import settings
from app.core.db import reading
from app.core.errors import NotFound


def of(asker: Asker, booking_id: UUID) -> dict[str, Any]:
    """JSON-ready, as `schemas.PreviewOut` documents it. Raises NotFound, IllegalTransition, StayHasBegun."""
    with reading() as session:
        row = queries.rendered_one(session, booking_id)
    if not policies.can_see(asker, whose_row(row)):
        raise NotFound
    states.require_status(BookingStatus(row["status"]), BookingStatus.CANCELLED)
    policies.refuse_begun(row)
    return _told(row)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    cost = cost_of(row)
    until = row["server_now"] + timedelta(seconds=settings().cancel_preview_seconds)
    return present.cancellation(row) | {
        "penalty_amount": cost,
        "refund_amount": refund_of(row, cost),
        "owed_amount": max(0, cost - covered(row)),
        "currency": row["currency"],
        "reason": _reason(row, cost),
        "token": promise.token_of(row, cost, until),
        "valid_until": until,
        "server_now": row["server_now"],
    }


def cost_of(row: Mapping[str, Any]) -> int:
    """Kobo that cancelling costs now by the booking's terms; a hold costs nothing."""
    if row["status"] == BookingStatus.PENDING_PAYMENT:
        return 0
    return penalty.cost(penalty.bought(row), row["server_now"])


def covered(row: Mapping[str, Any]) -> int:
    """Kobo of its price that are paid and not promised back."""
    return int(row["paid_amount"] - row["returned_amount"] - row["forfeited_amount"])


def refund_of(row: Mapping[str, Any], cost: int) -> int:
    """Kobo that go back when cancelling costs so much."""
    return max(0, covered(row) - cost)


def _reason(row: Mapping[str, Any], cost: int) -> str:
    """Why it costs what it does, in a word."""
    if row["status"] == BookingStatus.PENDING_PAYMENT:
        return "not_confirmed"
    bought = penalty.bought(row)
    if cost > penalty.by_windows(bought, row["server_now"]):
        return "after_change"
    if cost:
        return "policy"
    return "grace" if penalty.is_in_grace(bought, row["server_now"]) else "free"
