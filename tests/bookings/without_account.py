"""Guests who book without an account."""

from typing import Any

from tests import factories
from tests.api import Api, new_key


def request(hotel: factories.HotelForTests | None = None, *, at_hotel: bool = False, **changes: Any) -> dict[str, Any]:
    """A body for POST /bookings."""
    hotel = hotel or factories.hotel()
    body = factories.booking_request(hotel) | changes
    if at_hotel:
        body["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
    return body


def of(body: dict[str, Any], email: str) -> dict[str, Any]:
    """The body for another e-mail."""
    return body | {"guest": body["guest"] | {"email": email}}


def book(api: Api, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A booking without a login, as it was answered."""
    answer = Api(api.app).post("/bookings", body or request(), key=new_key())
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json
    return booking


def from_address(api: Api, address: str, path: str, body: dict[str, Any]) -> Any:
    """The same caller's POST, from another place."""
    headers = {"Idempotency-Key": new_key()} | ({"Authorization": f"Bearer {api.token}"} if api.token else {})
    place = {"REMOTE_ADDR": address}
    return api.app.test_client().post(f"/api/v1{path}", json=body, headers=headers, environ_overrides=place)
