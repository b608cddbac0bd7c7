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
    "currency",
    "special_requests",
    "search_id",
    "created_at",
    "server_now",
)


def booking(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-ready, as `schemas.BookingOut` documents it."""
    held = row["status"] == BookingStatus.PENDING_PAYMENT
    payable = held and row["keeps_holds"] and row["hold_expires_at"] > row["server_now"]
    facts = {name: row[name] for name in AS_THEY_ARE}
    return facts | {
        "rooms": [_room(room) for room in row["rooms"]],
        "guest": {"name": row["guest_name"], "email": row["guest_email"], "phone": row["guest_phone"]},
        "hold_expires_at": row["hold_expires_at"] if held else None,
        "cancellation": _cancellation(row["rooms"], row["check_in"], row["server_now"]),
        "actions": policies.actions(row["status"], row["payment_status"], row["payment_timing"], is_payable=payable),
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


def _cancellation(rooms: list[Mapping[str, Any]], check_in: date, now: datetime) -> dict[str, Any]:
    free = policy.free_together([room["terms"] for room in rooms], check_in, now)
    return {"free_until": free, "windows": [_windows(room, check_in) for room in rooms]}


def _windows(room: Mapping[str, Any], check_in: date) -> dict[str, Any]:
    dated = policy.dated_windows(room["terms"]["windows"], policy.arrival_of(room["terms"], check_in))
    windows = [
        {"starts_at": window.starts_at, "ends_at": window.ends_at, "penalty": window.penalty, "value": window.value}
        for window in dated
    ]
    return {"booking_room_id": room["id"], "windows": windows}
