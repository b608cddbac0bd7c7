"""What each route of the matrix is sent: bodies and query strings in which nothing is wrong."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from tests import factories
from tests.access.cast import Cast

PASSWORD = factories.PASSWORD
_number = itertools.count(1)


def _new_email() -> str:
    return f"newcomer{next(_number)}@example.com"


def _credentials(_cast: Cast) -> dict[str, str]:
    return {"email": factories.person().email, "password": PASSWORD}


def _form(cast: Cast) -> dict[str, str]:
    sent = _credentials(cast)
    return {"grant_type": "password", "username": sent["email"], "password": sent["password"]}


def _refresh(cast: Cast) -> dict[str, str]:
    return {"refresh_token": cast.api.post("/auth/login", _credentials(cast)).json["refresh_token"]}


def _stay() -> dict[str, str]:
    return {"check_in": factories.in_days(40).isoformat(), "check_out": factories.in_days(42).isoformat()}


BODIES: Mapping[str, Callable[[Cast], Any]] = {
    "POST /auth/register": lambda _cast: {"email": _new_email(), "password": PASSWORD, "full_name": "New Comer"},
    "POST /auth/login": _credentials,
    "POST /auth/refresh": _refresh,
    "PATCH /users/me": lambda _cast: {"full_name": "Another Name"},
    "POST /bookings": lambda cast: factories.booking_request(cast.hotel),
    "POST /bookings/{booking_id}/cancel": lambda _cast: {},
    "POST /bookings/{booking_id}/payments": lambda _cast: {},
}
FORMS: Mapping[str, Callable[[Cast], dict[str, str]]] = {"POST /auth/token": _form}
QUERIES: Mapping[str, Callable[[Cast], dict[str, Any]]] = {
    "GET /hotels/search": lambda _cast: {"lat": 6.43, "lon": 3.42} | _stay(),
    "GET /hotels/{hotel_id}/offers": lambda _cast: _stay(),
    "GET /payments/return": lambda cast: {"reference": cast.payment["reference"]},
}
