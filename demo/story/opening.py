"""Fourth act: an owner opens her hotel to the platform, is approved, and sells her first room to a guest without an account."""

import re
import uuid
from typing import Any

import requests

from demo.story.cast import Cast
from demo.story.payment import pay
from demo.story.people import Person
from demo.story.stage import Stage, expect, expect_status, until
from demo.story.world import Hotel
from demo.world.accounts import ACCOUNTS, DEMO_PASSWORD
from demo.world.rates import NAIRA

PLACE = {"lat": 6.4474, "lon": 3.4723}
FACTS = {
    "description": "Twelve quiet rooms around a garden, ten minutes from the conference centre, with light day and night.",
    "address": "7 Sample Close, off Admiralty Way",
    "district": "Lekki Phase 1",
    "city": "Lagos",
    "state": "Lagos",
    "location": PLACE,
    "phone": "0803 000 0044",
    "power_24h": True,
    "generator_hours": 24,
    "has_inverter": True,
    "has_solar": True,
    "water": "borehole",
    "amenities": ["wifi", "air_conditioning"],
}

DELUXE = {"name": "Deluxe", "bed": "king", "base_occupancy": 2, "max_adults": 3, "max_children": 2, "max_occupancy": 4}
PRICE = 90_000 * NAIRA
# Free for long, then three tenths of the price.
WINDOWS = [
    {"until_hours_before": 60 * 24, "penalty": "none", "value": 0},
    {"until_hours_before": None, "penalty": "percent", "value": 30},
]


def owner_registers(cast: Cast) -> str:
    """an owner registers and proves her e-mail by the link in our mail"""
    cast.owner = Person.registered(cast.stage, "Ifeoma")
    token = _link(cast.stage, cast.owner.email, r"#token=([\w-]+)")
    verified = requests.post(f"{cast.stage.api}/auth/email/verify", json={"token": token}, timeout=30)
    expect(expect_status(verified, 200)["email_verified"], "her e-mail is not verified")
    again = requests.post(f"{cast.stage.api}/auth/email/verify", json={"token": token}, timeout=30)
    expect_status(again, 410)
    return "once: the same link again is 410"


def owner_submits(cast: Cast) -> str:
    """she drafts a hotel, is told what is missing, tells it and submits"""
    cast.house = expect_status(cast.owner.post("/hotels", {"name": "Lantern Garden"}), 201)
    path = f"/hotels/{cast.house['id']}"
    missing = expect_status(cast.owner.post(f"{path}/submit"), 409)["missing"]
    told = cast.owner.http.patch(cast.stage.api + path, json=FACTS, headers={"If-Match": "*"}, timeout=30)
    expect_status(told, 200)
    expect_status(cast.owner.post(f"{path}/submit"), 200)
    nobody = requests.get(cast.stage.api + path, timeout=30)
    expect(nobody.status_code == requests.codes.not_found, "strangers see a hotel that is not approved")
    return f"{len(missing)} things were missing"


def platform_approves(cast: Cast) -> str:
    """the platform finds it in its queue and approves it; she hears of it by mail"""
    email = next(account.email for account in ACCOUNTS if account.role == "platform_admin")
    platform = Person(cast.stage, email, DEMO_PASSWORD)
    queue = expect_status(platform.get("/admin/hotels"), 200)["items"]
    expect(cast.house["id"] in [hotel["id"] for hotel in queue], "it is not in the queue")
    expect_status(cast.owner.post(f"/admin/hotels/{cast.house['id']}/approve"), 403)
    expect_status(platform.post(f"/admin/hotels/{cast.house['id']}/approve"), 200)
    words = "Lantern Garden is on SmartStay"
    until("the mail", lambda: [mail for mail in cast.stage.mails(cast.owner.email) if words in mail["subject"]])
    return words


def owner_furnishes(cast: Cast) -> str:
    """she sets up a room type, two rooms and what they cost"""
    path = f"/hotels/{cast.house['id']}"
    room_type = expect_status(cast.owner.post(f"{path}/room-types", DELUXE), 201)
    numbers = {"room_type_id": room_type["id"], "ranges": [{"from": 101, "to": 102, "floor": 1}]}
    cast.rooms = expect_status(cast.owner.post(f"{path}/rooms", numbers), 201)["items"]
    plan = {"room_type_id": room_type["id"], "name": "Flexible", "meals": "breakfast", "payment_timing": "pay_now"}
    told = plan | {"price": PRICE, "windows": WINDOWS, "extra_adult_price": 15_000 * NAIRA}
    cast.plan = expect_status(cast.owner.post(f"{path}/rate-plans", told), 201)
    return f"rooms {' and '.join(room['number'] for room in cast.rooms)} at NGN {PRICE // NAIRA:,} a night"


def first_room_is_sold(cast: Cast) -> str:
    """a guest without an account finds it, books, pays by the token of the booking; her dashboard sees it"""
    dashboard = cast.listen(cast.owner)
    expect(dashboard.join(cast.house["id"])["ok"], "she may not join her own hotel")
    hotel = Hotel(cast.stage, cast.house["id"])
    wanted = hotel.request(hotel.pay_now["Deluxe"], start=45)
    _find(cast, wanted)
    wanted["guest"] = {"name": "Tunde Bello", "email": _email(), "phone": "0803 000 0045"}
    booking = expect_status(as_guest(cast.stage, "POST", "/bookings", wanted), 201)
    token = booking["booking_token"]
    path = f"/bookings/{booking['id']}"
    expect_status(as_guest(cast.stage, "GET", path), 401)
    cast.paid.append(pay_by_token(cast.stage, path, token))
    dashboard.wait("new_booking", booking_id=booking["id"])
    paid = expect_status(as_guest(cast.stage, "GET", path, token=token), 200)
    expect((paid["status"], paid["payment_status"]) == ("confirmed", "paid"), f"it is {paid['status']}")
    cast.house_dashboard, cast.first_sold, cast.token = dashboard, paid, token
    return str(paid["reference"])


def guest_finds_it_again(cast: Cast) -> str:
    """he finds his booking by the link in our mail, and by reference and e-mail"""
    guest, reference = cast.first_sold["guest"]["email"], cast.first_sold["reference"]
    token = _link(cast.stage, guest, rf"{reference}#([\w-]+)")
    by_link = as_guest(cast.stage, "GET", f"/bookings/by-reference/{reference}", token=token)
    expect(expect_status(by_link, 200)["id"] == cast.first_sold["id"], "the link leads elsewhere")
    known = {"reference": reference, "email": guest}
    expect_status(as_guest(cast.stage, "POST", "/bookings/lookup", known), 200)
    expect_status(as_guest(cast.stage, "POST", "/bookings/lookup", known | {"email": _email()}), 404)
    return "with another e-mail: 404"


def _find(cast: Cast, wanted: dict[str, Any]) -> None:
    """It is among the hotels near its place that are free for the stay."""
    question = PLACE | {"adults": 2, "radius_km": 1} | {name: wanted[name] for name in ("check_in", "check_out")}
    found = expect_status(requests.get(f"{cast.stage.api}/hotels/search", question, timeout=30), 200)
    expect(cast.house["id"] in [item["hotel"]["id"] for item in found["items"]], "the search does not find it")


def _link(stage: Stage, to: str, pattern: str) -> str:
    """What the pattern finds in a mail to the address, when it comes."""

    def look() -> str | None:
        found = [re.search(pattern, mail["text"]) for mail in stage.mails(to)]
        return next((match.group(1) for match in found if match), None)

    return until(f"a mail with a link to {to}", look)


def as_guest(stage: Stage, method: str, path: str, body: Any = None, token: str | None = None) -> requests.Response:
    """A request of somebody without an account."""
    headers = {"Idempotency-Key": uuid.uuid4().hex} | ({"Booking-Token": token} if token else {})
    return requests.request(method, stage.api + path, json=body, headers=headers, timeout=30)


def pay_by_token(stage: Stage, path: str, token: str) -> str:
    """Starts what is to be paid of the booking at this path, and pays it. Returns the payment's reference."""
    started = as_guest(stage, "POST", f"{path}/payments", {}, token).json()
    expect("reference" in started, f"no payment was started: {started}")
    pay(until("the link", lambda: _with_link(stage, started["reference"], token)))
    return str(started["reference"])


def _with_link(stage: Stage, reference: str, token: str) -> dict[str, Any] | None:
    payment: dict[str, Any] = as_guest(stage, "GET", f"/payments/{reference}", token=token).json()
    return payment if payment.get("authorization_url") else None


def _email() -> str:
    return f"tunde.bello.{uuid.uuid4().hex[:6]}@example.com"
