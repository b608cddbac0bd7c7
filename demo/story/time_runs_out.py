"""Third act: holds lapse, and money that comes too late still ends as a booking or as a refund."""

from typing import Any

from demo.story.cast import Cast
from demo.story.payment import find_mail, pay, pay_at_hotel
from demo.story.stage import expect, until


def four_holds_are_left(cast: Cast) -> str:
    """four bookings are left alone, three of them with a payment begun"""
    plans = cast.hotel.pay_now
    wanted = {
        "alone": ("Deluxe", 150),
        "same": ("Deluxe", 160),
        "moved": ("Executive", 170),
        "none": ("Suite", 400 - 20),
    }
    for name, (room_type, start) in wanted.items():
        booking = cast.guest.book(cast.hotel.request(plans[room_type], start=start))
        cast.late[name] = {"booking": booking, "plan": room_type, "start": start}
        if name != "alone":
            cast.late[name]["payment"] = cast.guest.start_payment(booking["id"])
    return f"held for {cast.stage.hold_seconds:.0f} s"


def warned_once_then_expired(cast: Cast) -> str:
    """lock_expiring comes once, then lock_expired, and the dashboard sees the room free"""
    booking = cast.late["alone"]["booking"]
    warning = cast.phone.wait("lock_expiring", booking_id=booking["id"])
    cast.phone.wait("lock_expired", booking_id=booking["id"])
    room = booking["rooms"][0]
    days = {"check_in": booking["check_in"], "check_out": booking["check_out"]}
    cast.dashboard.wait("room_status_changed", room_id=room["room_id"], status="available", **days)
    expect(len(cast.phone.all("lock_expiring", booking_id=booking["id"])) == 1, "she was warned more than once")
    return f"warned {warning['seconds']} s before"


def someone_else_books_it(cast: Cast) -> str:
    """the room is free again and booked by someone else"""
    alone = cast.late["alone"]
    pay_at_hotel(cast, _very_room(cast, alone))
    expect(cast.guest.booking(alone["booking"]["id"])["status"] == "expired", "it has not expired")
    return "booked"


def late_money_same_rooms(cast: Cast) -> str:
    """money after the hold lapsed: confirmed, for its room is free"""
    late = cast.late["same"]
    _wait_expired(cast, late)
    pay(late["payment"])
    booking = _wait_status(cast, late, "confirmed")
    expect(_room(booking) == _room(late["booking"]), "it was moved without need")
    return str(booking["reference"])


def late_money_another_room(cast: Cast) -> str:
    """money after the hold lapsed: moved to a like room, for its own is taken"""
    late = cast.late["moved"]
    _wait_expired(cast, late)
    pay_at_hotel(cast, _very_room(cast, late))
    pay(late["payment"])
    booking = _wait_status(cast, late, "confirmed")
    expect(_room(booking) != _room(late["booking"]), "two guests have one room")
    expect(booking["rooms"][0]["room_type_id"] == late["booking"]["rooms"][0]["room_type_id"], "another type")
    return str(booking["reference"])


def late_money_refunded(cast: Cast) -> str:
    """money after the hold lapsed: refunded in full with a mail, for nothing is left"""
    late = cast.late["none"]
    _wait_expired(cast, late)
    pay_at_hotel(cast, _very_room(cast, late))
    pay(late["payment"])
    reference = late["payment"]["reference"]
    refund = until("the refund to be processed", lambda: _processed(cast, reference))
    expect(refund["amount"] == late["booking"]["total_amount"], f"{refund['amount']} kobo came back")
    booking = cast.guest.booking(late["booking"]["id"])
    expect(
        (booking["status"], booking["payment_status"]) == ("expired", "refunded"), f"it is {booking['payment_status']}"
    )
    mail = find_mail(cast, booking["guest"]["email"], booking["reference"], "refund")
    return str(mail["subject"])


def _processed(cast: Cast, reference: str) -> dict[str, Any] | None:
    refunds = cast.guest.get(f"/payments/{reference}/refunds").json()["items"]
    return next((refund for refund in refunds if refund["status"] == "processed"), None)


def _room(booking: dict[str, Any]) -> str:
    return str(booking["rooms"][0]["room_id"])


def _very_room(cast: Cast, late: dict[str, Any]) -> dict[str, Any]:
    plan = cast.hotel.pay_at_hotel[late["plan"]]
    return cast.hotel.request(plan, start=late["start"], room_id=_room(late["booking"]))


def _wait_expired(cast: Cast, late: dict[str, Any]) -> None:
    _wait_status(cast, late, "expired")


def _wait_status(cast: Cast, late: dict[str, Any], status: str) -> dict[str, Any]:
    booking_id = late["booking"]["id"]

    def look() -> dict[str, Any] | None:
        booking = cast.guest.booking(booking_id)
        return booking if booking["status"] == status else None

    return until(f"{late['booking']['reference']} to be {status}", look)
