"""What each route of the matrix is sent: bodies and query strings in which nothing is wrong."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from app.hotels.checklist import POWER
from tests import factories
from tests.access.cast import Cast
from tests.auth import mailed, rows

PASSWORD, ANOTHER = factories.PASSWORD, "another-battery-staple"
COMPLETE = """
UPDATE hotels SET status = 'draft', description = repeat('Quiet rooms by the water. ', 5), phone = '+2348000000003', power_24h = true,
  generator_hours = 24, has_inverter = true, has_solar = false, water = 'borehole' WHERE id = :id
"""
OF_OWNERS, OF_PLATFORM = (
    ("submit", "pause", "resume", "close"),
    ("approve", "request-changes", "reject", "suspend", "reinstate", "close"),
)
STEPS = [f"POST /hotels/{{hotel_id}}/{step}" for step in OF_OWNERS] + [
    f"POST /admin/hotels/{{hotel_id}}/{step}" for step in OF_PLATFORM
]
WHY = {"reason": "A reason"}
STANDS = """
WITH standing AS (UPDATE bookings SET status = 'confirmed' RETURNING id) UPDATE allocations SET hold_expires_at = NULL
"""
GIVEN_UP = """
WITH gone AS (UPDATE bookings SET status = 'cancelled' RETURNING id)
INSERT INTO booking_cancellations (booking_id, cancelled_by, policy_amount, penalty_amount, refund_amount)
SELECT id, 'guest', 100000, 100000, 0 FROM gone ON CONFLICT DO NOTHING
"""
CHANGES = [
    f"POST {path}/{{booking_id}}/change{preview}"
    for path in ("/bookings", "/hotels/{hotel_id}/bookings")
    for preview in ("", "/preview")
]
ROOM_TYPE = {"name": "Suite", "base_occupancy": 2, "max_adults": 2, "max_children": 1, "max_occupancy": 3}
_number = itertools.count(1)


def _newcomer() -> dict[str, Any]:
    email = f"newcomer{next(_number)}@example.com"
    return {"email": email, "password": PASSWORD, "full_name": "New Comer", "accepted_terms": True}


def _link(cast: Cast, kind: str) -> str:
    """The token of a link that was mailed to a new account."""
    newcomer = _newcomer()
    cast.api.post("/auth/register", newcomer)
    cast.api.post("/auth/password/forgot", {"email": newcomer["email"]})
    mailed.mail_passwords()
    return mailed.last_token(newcomer["email"], kind)


def _looked_up(cast: Cast) -> dict[str, str]:
    return {"reference": cast.booking["reference"], "email": cast.booking["guest"]["email"]}


def _credentials(_cast: Cast) -> dict[str, str]:
    return {"email": factories.person().email, "password": PASSWORD}


def _form(cast: Cast) -> dict[str, str]:
    sent = _credentials(cast)
    return {"grant_type": "password", "username": sent["email"], "password": sent["password"]}


def _refresh(cast: Cast) -> dict[str, str]:
    return {"refresh_token": cast.api.post("/auth/login", _credentials(cast)).json["refresh_token"]}


def _stay() -> dict[str, str]:
    return {"check_in": factories.in_days(40).isoformat(), "check_out": factories.in_days(42).isoformat()}


def _own_invitation(cast: Cast) -> str:
    """To another hotel, for whoever asks; for somebody else where nobody does."""
    me = cast.asking.get("/users/me").json if cast.asking.token else {}
    email, elsewhere = me.get("email", "nobody@example.com"), factories.hotel().id
    owner = cast.api.as_(factories.member(elsewhere))
    assert owner.post(f"/hotels/{elsewhere}/invitations", {"email": email, "role": "hotel_staff"}).status_code == 202
    return mailed.last_token(email, "hotel_invitation")


def _new_hotel(cast: Cast) -> dict[str, Any]:
    _to_be_submitted(cast)
    told = cast.platform_admin.get(f"/hotels/{cast.hotel.id}").json
    facts = ("description", "address", "city", "state", "location", "phone", *POWER, "water")
    return {"name": "Amber House", "email": "desk@amber.example"} | {name: told[name] for name in facts}


def _in_state(status: str) -> Callable[[Cast], object]:
    return lambda cast: rows.change(
        "UPDATE hotels SET status = :status WHERE id = :id", status=status, id=cast.hotel.id
    )


def _to_be_submitted(cast: Cast) -> None:
    rows.change(COMPLETE, id=cast.hotel.id)


def _without_rooms(cast: Cast) -> None:
    rows.change("UPDATE rooms SET retired_at = clock_timestamp() WHERE hotel_id = :id", id=cast.hotel.id)


def _season() -> dict[str, str]:
    return {"from": factories.in_days(40).isoformat(), "to": factories.in_days(70).isoformat()}


# The step is one of the machine's from this state.
PREPARED: Mapping[str, Callable[[Cast], object]] = {
    **dict.fromkeys(CHANGES, lambda _cast: rows.change(STANDS)),
    "POST /hotels/{hotel_id}/bookings/{booking_id}/waiver": lambda _cast: rows.change(GIVEN_UP),
    "POST /hotels": lambda _cast: rows.change("UPDATE users SET email_verified_at = clock_timestamp()"),
    "POST /hotels/{hotel_id}/submit": _to_be_submitted,
    "DELETE /room-types/{room_type_id}": _without_rooms,
    "POST /hotels/{hotel_id}/resume": _in_state("paused"),
    "POST /admin/hotels/{hotel_id}/approve": _in_state("submitted"),
    "POST /admin/hotels/{hotel_id}/request-changes": _in_state("submitted"),
    "POST /admin/hotels/{hotel_id}/reject": _in_state("submitted"),
    "POST /admin/hotels/{hotel_id}/reinstate": _in_state("suspended"),
}
HEADERS: Mapping[str, dict[str, str]] = {
    "PATCH /hotels/{hotel_id}": {"If-Match": "*"},
    "PATCH /rate-plans/{rate_plan_id}": {"If-Match": "*"},
    "PATCH /room-types/{room_type_id}": {"If-Match": "*"},
}


def _in_review(cast: Cast) -> dict[str, str]:
    rows.change("UPDATE payments SET status = 'review' WHERE reference = :name", name=cast.payment["reference"])
    return {"decision": "accept", "reason": "It is enough"}


def _of_suspended(cast: Cast) -> dict[str, str]:
    rows.change("UPDATE users SET status = 'suspended' WHERE id = :id", id=cast.member.id)
    return {}


def _days() -> dict[str, str]:
    return {"from": factories.in_days(40).isoformat(), "to": factories.in_days(42).isoformat()}


BODIES: Mapping[str, Callable[[Cast], Any]] = {
    "POST /auth/register": lambda _cast: _newcomer(),
    "POST /auth/email/verify": lambda cast: {"token": _link(cast, "verify_email")},
    "POST /auth/password/forgot": lambda _cast: {"email": factories.person().email},
    "POST /auth/password/reset": lambda cast: {"token": _link(cast, "reset_password"), "password": ANOTHER},
    "POST /users/me/password": lambda _cast: {"current_password": PASSWORD, "new_password": ANOTHER},
    "POST /users/me/email": lambda _cast: {"email": _newcomer()["email"], "password": PASSWORD},
    "POST /users/me/erase": lambda _cast: {"password": PASSWORD},
    "POST /auth/login": _credentials,
    "POST /auth/refresh": _refresh,
    "PATCH /users/me": lambda _cast: {"full_name": "Another Name"},
    "POST /hotels": lambda _cast: {"name": "Amber House"},
    "PATCH /hotels/{hotel_id}": lambda _cast: {"name": "Amber House"},
    **dict.fromkeys(STEPS, lambda _cast: {"reason": "The roof is being mended"}),
    "POST /hotels/{hotel_id}/photos": lambda _cast: {"content_type": "image/jpeg", "bytes": 1000},
    "PATCH /hotels/{hotel_id}/photos/{photo_id}": lambda _cast: {"caption": "The pool at dusk"},
    "PUT /hotels/{hotel_id}/photos/order": lambda cast: {"ids": [str(cast.photo)]},
    "PATCH /hotels/{hotel_id}/members/{user_id}": lambda _cast: {"role": "hotel_admin"},
    "POST /hotels/{hotel_id}/invitations": lambda _cast: {"email": _newcomer()["email"], "role": "hotel_staff"},
    "POST /hotels/{hotel_id}/rate-plans": lambda cast: factories.plan_facts(cast.hotel.only.id),
    "PATCH /rate-plans/{rate_plan_id}": lambda _cast: {"name": "Another name"},
    "PUT /rate-plans/{rate_plan_id}/days": lambda _cast: _days() | {"price": 7_000_000},
    "PUT /hotels/{hotel_id}/rates/days": lambda cast: (
        _days() | {"price": 7_000_000, "rate_plan_ids": [str(cast.hotel.only.pay_now)]}
    ),
    "POST /hotels/{hotel_id}/charges": lambda _cast: factories.charge_facts(),
    "PATCH /hotels/{hotel_id}/charges/{charge_id}": lambda _cast: {"to": "2090-01-01"},
    "POST /admin/charges": lambda _cast: factories.charge_facts(),
    "PATCH /admin/charges/{state_charge_id}": lambda _cast: {"to": "2090-01-01"},
    "POST /invitations/accept": lambda cast: {"token": _own_invitation(cast)},
    "POST /admin/hotels": lambda cast: _new_hotel(cast),
    "POST /hotels/{hotel_id}/room-types": lambda _cast: ROOM_TYPE,
    "PATCH /room-types/{room_type_id}": lambda _cast: {"name": "Garden view"},
    "POST /hotels/{hotel_id}/rooms": lambda cast: {"room_type_id": str(cast.hotel.only.id), "numbers": ["901"]},
    "PATCH /rooms/{room_id}": lambda _cast: {"number": "902"},
    "POST /rooms/{room_id}/status": lambda _cast: {"now": "maintenance"},
    "PUT /rooms/{room_id}/defect": lambda _cast: {"note": "The lamp flickers"},
    "POST /hotels/{hotel_id}/blocks": lambda cast: (
        {"room_ids": [str(cast.hotel.only.rooms[0])], "reason": "owner_use"} | _season()
    ),
    "PATCH /blocks/{block_id}": lambda _cast: {"note": "The owner's family"},
    "POST /bookings": lambda cast: factories.booking_request(cast.hotel),
    "POST /bookings/lookup": lambda cast: _looked_up(cast),
    "POST /bookings/lookup/link": lambda cast: _looked_up(cast),
    "POST /bookings/{booking_id}/cancel": lambda _cast: {},
    "POST /bookings/{booking_id}/payments": lambda _cast: {},
    **dict.fromkeys(CHANGES, lambda _cast: {"check_out": factories.in_days(13).isoformat()}),
    "POST /hotels/{hotel_id}/bookings/{booking_id}/cancel": lambda _cast: {"reason_code": "overbooked"} | WHY,
    "POST /hotels/{hotel_id}/bookings/{booking_id}/waiver": lambda _cast: {"penalty_amount": 0} | WHY,
    "POST /admin/bookings/{booking_id}/cancel": lambda _cast: {"refund": "full"} | WHY,
    "POST /admin/users/{user_id}/suspend": lambda _cast: WHY,
    "POST /admin/users/{user_id}/reinstate": _of_suspended,
    "POST /admin/users/{user_id}/role": lambda _cast: {"role": "platform_admin"} | WHY,
    "POST /admin/payments/{reference}/resolve": _in_review,
    "POST /admin/refunds/{refund_id}/again": lambda _cast: WHY,
    "POST /admin/jobs/{job_id}/retry": lambda _cast: {},
    "POST /admin/jobs/{job_id}/discard": lambda _cast: WHY,
}
FORMS: Mapping[str, Callable[[Cast], dict[str, str]]] = {"POST /auth/token": _form}
QUERIES: Mapping[str, Callable[[Cast], dict[str, Any]]] = {
    "GET /hotels/search": lambda _cast: {"lat": 6.43, "lon": 3.42} | _stay(),
    "GET /hotels/{hotel_id}/offers": lambda _cast: _stay(),
    "GET /rate-plans/{rate_plan_id}/days": lambda _cast: _days(),
    "GET /hotels/{hotel_id}/calendar": lambda _cast: _season(),
    "GET /hotels/{hotel_id}/availability": lambda _cast: _season(),
    "GET /hotels/{hotel_id}/availability/why": lambda _cast: _stay(),
    "GET /payments/return": lambda cast: {"reference": cast.payment["reference"]},
}
