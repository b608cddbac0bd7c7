"""Fifth act: she prices a season and blocks a room; her guest stays a night longer, and in the end does not come."""

from datetime import date, timedelta
from typing import Any

import requests

from demo.story.cast import Cast
from demo.story.opening import PRICE, as_guest, pay_by_token
from demo.story.payment import find_mail
from demo.story.stage import expect, expect_status, until
from demo.world.rates import NAIRA

SEASON, WEEKEND, FEAST = 120_000 * NAIRA, 135_000 * NAIRA, 200_000 * NAIRA
SATURDAY = 5


def season_is_priced(cast: Cast) -> str:
    """she prices a season, its weekends and one day of it; a week in it costs what she said, night by night"""
    first = _saturday_after(date.today() + timedelta(days=100)) - timedelta(days=5)  # noqa: DTZ011 - months ahead
    feast, leave = first + timedelta(days=2), first + timedelta(days=7)
    weekend = [None, None, None, None, WEEKEND, WEEKEND, None]
    season = {"name": "Festival", "from": str(first), "to": str(leave), "price": SEASON, "weekday_prices": weekend}
    path = f"/rate-plans/{cast.plan['id']}"
    told = cast.owner.http.patch(
        cast.stage.api + path, json={"seasons": [season]}, headers={"If-Match": "*"}, timeout=30
    )
    expect_status(told, 200)
    day = {"from": str(feast), "to": str(feast), "price": FEAST, "min_nights": 3}
    expect_status(cast.owner.http.put(f"{cast.stage.api}{path}/days", json=day, timeout=30), 200)
    cast.house_dashboard.wait("rates_changed", **{"from": str(feast), "to": str(feast)})
    offer = _offer(cast, first - timedelta(days=1), leave)
    prices = [night["amount"] for night in offer["nights"]]
    expect(prices == [PRICE, SEASON, SEASON, FEAST, SEASON, WEEKEND, WEEKEND, SEASON], f"the nights cost {prices}")
    expect(offer["total_amount"] == sum(prices) + _on_top(offer), "the total is not the sum of what is shown")
    short = _offer(cast, feast, feast + timedelta(days=2))
    expect("min_nights" in [why["reason"] for why in short["reasons"]], f"two nights are sold: {short['reasons']}")
    return f"{len(prices)} nights for NGN {sum(prices) // NAIRA:,}, with taxes {offer['total_amount'] // NAIRA:,}"


def room_is_blocked(cast: Cast) -> str:
    """one of her two rooms is to be painted: it is off sale for those nights, and the board says why"""
    first = date.today() + timedelta(days=70)  # noqa: DTZ011 - months ahead
    room, days = cast.rooms[1]["id"], {"from": str(first), "to": str(first + timedelta(days=4))}
    path = f"/hotels/{cast.house['id']}"
    why = {"room_ids": [room], "reason": "maintenance", "note": "New paint"}
    expect_status(cast.owner.post(f"{path}/blocks", why | days), 201)
    cast.house_dashboard.wait("room_status_changed", room_id=room, status="maintenance")
    expect(_left(cast, first, first + timedelta(days=2)) == 1, "the room is still sold")
    again = expect_status(cast.owner.post(f"{path}/blocks", why | days), 409)
    board = expect_status(cast.owner.get(f"{path}/board", date=days["from"]), 200)
    nights = {one["number"]: one["night"] for one in board["rooms"]}
    expect(sorted(nights.values()) == ["available", "maintenance"], f"the board says {nights}")
    return f"a second block of it: {again['code']}"


def stay_is_lengthened(cast: Cast) -> str:
    """the guest stays a night longer: it is held, he pays the difference, and the booking is another"""
    booking, path = cast.first_sold, f"/bookings/{cast.first_sold['id']}"
    leave = date.fromisoformat(booking["check_out"]) + timedelta(days=1)
    wish = {"check_out": str(leave)}
    preview = expect_status(as_guest(cast.stage, "POST", f"{path}/change/preview", wish, cast.token), 200)
    waiting = expect_status(as_guest(cast.stage, "POST", f"{path}/change", wish, cast.token), 200)
    expect(waiting["check_out"] == booking["check_out"], "it was changed before it was paid")
    cast.paid.append(pay_by_token(cast.stage, path, cast.token))
    cast.first_sold = until("the change", lambda: _until_leaving(cast, path, leave))
    total = booking["total_amount"] + preview["difference"]
    expect(cast.first_sold["total_amount"] == total, f"it costs {cast.first_sold['total_amount']}, not {total}")
    cast.house_dashboard.wait("booking_changed", booking_id=booking["id"])
    return f"NGN {preview['difference'] // NAIRA:,} more"


def booking_is_cancelled(cast: Cast) -> str:
    """he cancels: what the preview promised is kept, the rest of both payments goes back, and all hear of it"""
    path, reference = f"/bookings/{cast.first_sold['id']}", cast.first_sold["reference"]
    preview = expect_status(as_guest(cast.stage, "GET", f"{path}/cancellation", token=cast.token), 200)
    expect(preview["penalty_amount"] > 0 < preview["refund_amount"], f"it costs {preview['penalty_amount']}")
    word = {"reason": "My meeting is off", "preview_token": preview["token"]}
    gone = expect_status(as_guest(cast.stage, "POST", f"{path}/cancel", word, cast.token), 200)
    expect(gone["status"] == "cancelled", f"it is {gone['status']}")
    until("the money", lambda: _is_back(cast, path))
    expect(_sent_back(cast) == preview["refund_amount"], f"{_sent_back(cast)} goes back")
    find_mail(cast, cast.first_sold["guest"]["email"], reference, "cancelled")
    kept, back = (preview[name] // NAIRA for name in ("penalty_amount", "refund_amount"))
    return f"NGN {kept:,} kept, NGN {back:,} back"


def _saturday_after(day: date) -> date:
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def _offers(cast: Cast, check_in: date, check_out: date) -> dict[str, Any]:
    """Of her one room type."""
    stay: dict[str, str | int] = {"check_in": str(check_in), "check_out": str(check_out), "adults": 2}
    url = f"{cast.stage.api}/hotels/{cast.house['id']}/offers"
    (found,) = expect_status(requests.get(url, stay, timeout=30), 200)["items"]
    return dict(found)


def _offer(cast: Cast, check_in: date, check_out: date) -> dict[str, Any]:
    """Under her one plan."""
    (plan,) = _offers(cast, check_in, check_out)["rate_plans"]
    return dict(plan)


def _left(cast: Cast, check_in: date, check_out: date) -> int:
    return int(_offers(cast, check_in, check_out)["rooms_left"])


def _on_top(offer: dict[str, Any]) -> int:
    return sum(line["amount"] for line in offer["charges"] if not line["is_included"])


def _until_leaving(cast: Cast, path: str, leave: date) -> dict[str, Any] | None:
    booking: dict[str, Any] = expect_status(as_guest(cast.stage, "GET", path, token=cast.token), 200)
    return booking if booking["check_out"] == str(leave) else None


def _is_back(cast: Cast, path: str) -> bool:
    booking = expect_status(as_guest(cast.stage, "GET", path, token=cast.token), 200)
    return bool(booking["payment_status"] == "partially_refunded")


def _sent_back(cast: Cast) -> int:
    """Kobo, of all that he paid."""
    asked = [as_guest(cast.stage, "GET", f"/payments/{paid}/refunds", token=cast.token) for paid in cast.paid]
    return sum(refund["amount"] for answer in asked for refund in expect_status(answer, 200)["items"])
