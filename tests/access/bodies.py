"""What each route of the matrix is sent: bodies and query strings in which nothing is wrong."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from tests import factories
from tests.access.cast import Cast
from tests.auth import mailed, rows

PASSWORD, ANOTHER = factories.PASSWORD, "another-battery-staple"
WHY = {"reason": "A reason"}
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


def _in_review(cast: Cast) -> dict[str, str]:
    rows.change("UPDATE payments SET status = 'review' WHERE reference = :name", name=cast.payment["reference"])
    return {"decision": "accept", "reason": "It is enough"}


def _of_suspended(cast: Cast) -> dict[str, str]:
    rows.change("UPDATE users SET status = 'suspended' WHERE id = :id", id=cast.somebody.id)
    return {}


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
    "POST /bookings": lambda cast: factories.booking_request(cast.hotel),
    "POST /bookings/lookup": lambda cast: _looked_up(cast),
    "POST /bookings/lookup/link": lambda cast: _looked_up(cast),
    "POST /bookings/{booking_id}/cancel": lambda _cast: {},
    "POST /bookings/{booking_id}/payments": lambda _cast: {},
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
    "GET /payments/return": lambda cast: {"reference": cast.payment["reference"]},
}
