"""A booking as clients see it, from what `queries.rendered` read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.bookings import policies, tokens
from app.bookings.models import BookingStatus
from app.rates import policy

AS_THEY_ARE = (
    "id",
    "reference",
    "hotel_id",
    "status",
    "payment_status",
    "payment_timing",
    "check_in",
    "check_out",
    "nights",
    "charges",
    "rooms_amount",
    "charges_amount",
    "total_amount",
    "paid_amount",
    "returned_amount",
    "forfeited_amount",
    "revision",
    "currency",
    "special_requests",
    "search_id",
    "created_at",
    "server_now",
)


def booking(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-ready, as `schemas.BookingOut` documents it."""
    held = row["status"] == BookingStatus.PENDING_PAYMENT
    change = _change(row["change"])
    ends = row["hold_expires_at"] if held else change and change["hold_expires_at"]
    payable = bool(row["keeps_holds"] and ends and ends > row["server_now"])
    facts = {name: row[name] for name in AS_THEY_ARE}
    return facts | {
        "rooms": [_room(room) for room in row["rooms"]],
        "guest": {"name": row["guest_name"], "email": row["guest_email"], "phone": row["guest_phone"]},
        "hold_expires_at": row["hold_expires_at"] if held else None,
        "cancellation": cancellation(row),
        "cancelled": _given_up(row),
        "change": change,
        "actions": policies.actions(row, is_payable=payable),
    }


def made(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same for whoever made it: with the token that opens it, if one does."""
    version = row["token_version"]
    return booking(row) | ({} if version is None else {"booking_token": tokens.token_of(row["id"], version)})


def looked_up(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same for whoever knows reference and e-mail: no more than our mails tell, and nothing to do."""
    shown = booking(row)
    return shown | {"guest": shown["guest"] | {"phone": None}, "special_requests": None, "actions": []}


def _room(room: Mapping[str, Any]) -> dict[str, Any]:
    terms = room["terms"]
    kept = ("id", "room_type_id", "room_id", "rate_plan_id", "adults", "children", "nights")
    return {name: room[name] for name in kept} | {"rate_plan": terms["name"], "meals": terms["meals"]}


def cancellation(row: Mapping[str, Any]) -> dict[str, Any]:
    """Until when it is free, and the windows of each room, its grace after booking first."""
    rooms, check_in, booked_at = row["rooms"], row["check_in"], row["created_at"]
    free = policy.free_together([room["terms"] for room in rooms], check_in, row["server_now"], booked_at)
    windows = [_windows(room, check_in, booked_at) for room in rooms]
    return {
        "free_until": None if row["least_penalty"] else free,
        "least_penalty": row["least_penalty"],
        "windows": windows,
    }


def _windows(room: Mapping[str, Any], check_in: date, booked_at: datetime) -> dict[str, Any]:
    windows = [
        {"starts_at": window.starts_at, "ends_at": window.ends_at, "penalty": window.penalty, "value": window.value}
        for window in policy.windows_of(room["terms"], check_in, booked_at)
    ]
    return {"booking_room_id": room["id"], "windows": windows}


def _given_up(row: Mapping[str, Any]) -> dict[str, Any] | None:
    told = row["given_up"]
    if told is None:
        return None
    left = told["penalty_amount"] - told["waived_amount"]
    paid = row["paid_amount"] - row["returned_amount"] - row["forfeited_amount"]
    shown = ("cancelled_by", "reason_code", "penalty_amount", "waived_amount", "refund_amount")
    return {name: told[name] for name in shown} | {"owed_amount": max(0, left - paid)}


def _change(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The change that waits for its payment."""
    if told is None:
        return None
    after = {name: told["after"][name] for name in ("check_in", "check_out", "total_amount")}
    facts = {name: told[name] for name in ("id", "asked_by", "difference")}
    return facts | after | {"hold_expires_at": datetime.fromisoformat(told["hold_expires_at"])}
