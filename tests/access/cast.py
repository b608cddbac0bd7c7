"""Everybody who may come to a door, and a hotel, a booking and a payment for them to ask for."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from tests import factories
from tests.api import Api, new_key
from tests.auth import rows
from tests.surface import Operation, dead_job, failed_refund


class Cast:
    """One of each kind of person, around one hotel. Who and what nobody asks for is never made."""

    def __init__(self, app: Flask) -> None:
        self.app, self.api = app, Api(app)
        self.asking = self.api

    def prepare(self, role: str, operation: Operation) -> None:
        """Makes who asks and what is asked for: what changes after this the request has changed."""
        self.asking = Api(self.app, ROLES[role](self))
        self._path(operation)

    def send(self, role: str, operation: Operation, **sent: Any) -> TestResponse:
        """The operation, asked for by one of ROLES; `sent` is what the test client takes."""
        headers = {"Idempotency-Key": new_key()} | self.headers(role) | sent.pop("headers", {})
        return self.app.test_client().open(self._path(operation), method=operation.method, headers=headers, **sent)

    def _path(self, operation: Operation) -> str:
        return operation.path.format(**{name: PATHS[name](self) for name in re.findall(r"{(\w+)}", operation.path)})

    def headers(self, role: str) -> dict[str, str]:
        token = ROLES[role](self)
        return {} if token is None else {"Authorization": f"Bearer {token}"}

    @cached_property
    def hotel(self) -> factories.HotelForTests:
        return factories.hotel({"Deluxe": 3})

    @cached_property
    def guest(self) -> Api:
        return self.api.as_(factories.person())

    @cached_property
    def other_guest(self) -> Api:
        return self.api.as_(factories.person())

    @cached_property
    def staff(self) -> Api:
        return self.api.as_(factories.member(self.hotel.id, "hotel_staff"))

    @cached_property
    def hotel_admin(self) -> Api:
        return self.api.as_(factories.member(self.hotel.id, "hotel_admin"))

    @cached_property
    def elsewhere(self) -> Api:
        """The strongest that another hotel has."""
        return self.api.as_(factories.member(factories.hotel().id, "hotel_admin"))

    @cached_property
    def platform_admin(self) -> Api:
        return self.api.as_(factories.person(role="platform_admin"))

    @cached_property
    def suspended(self) -> Api:
        """An admin of the hotel until just now."""
        person = factories.member(self.hotel.id, "hotel_admin")
        session = self.api.as_(person)
        rows.change("UPDATE users SET status = 'suspended' WHERE id = :id", id=person.id)
        return session

    @cached_property
    def ended(self) -> Api:
        """An admin of the hotel who has logged out."""
        session = self.api.as_(factories.member(self.hotel.id, "hotel_admin"))
        assert session.post("/auth/logout").status_code == 204
        return session

    @cached_property
    def member(self) -> factories.Person:
        """Somebody else who works there and has proved his e-mail."""
        somebody = factories.member(self.hotel.id, "hotel_staff")
        rows.change("UPDATE users SET email_verified_at = clock_timestamp() WHERE id = :id", id=somebody.id)
        return somebody

    @cached_property
    def invitation(self) -> dict[str, Any]:
        """One that its admin has sent to a stranger."""
        wish = {"email": "invited@example.com", "role": "hotel_staff"}
        answer = self.hotel_admin.post(f"/hotels/{self.hotel.id}/invitations", wish)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json
        return told

    @cached_property
    def photo(self) -> UUID:
        """One that is ready."""
        return factories.photo(self.hotel.id)

    @cached_property
    def charge(self) -> UUID:
        """A fee of the hotel's own."""
        return factories.charge("Towels", hotel_id=self.hotel.id)

    @cached_property
    def state_charge(self) -> UUID:
        """One of the platform's."""
        return factories.charge()

    @cached_property
    def block(self) -> UUID:
        """Of the hotel's last room."""
        return factories.block(self.hotel, self.hotel.only.rooms[-1], 100, 103)

    @cached_property
    def booking(self) -> dict[str, Any]:
        """The guest's hold."""
        answer = self.guest.post("/bookings", factories.booking_request(self.hotel), key=new_key())
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json
        return told

    @cached_property
    def payment(self) -> dict[str, Any]:
        """Its open payment."""
        answer = self.guest.post(f"/bookings/{self.booking['id']}/payments", {}, key=new_key())
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json
        return told

    @cached_property
    def refund_id(self) -> UUID:
        """A refund of it that has failed."""
        return failed_refund(self.payment["reference"])

    @cached_property
    def job_id(self) -> int:
        """A job that is dead."""
        return dead_job()


ROLES: Mapping[str, Callable[[Cast], str | None]] = {
    "anonymous": lambda _cast: None,
    "guest": lambda cast: cast.guest.token,
    "other_guest": lambda cast: cast.other_guest.token,
    "elsewhere": lambda cast: cast.elsewhere.token,
    "staff": lambda cast: cast.staff.token,
    "hotel_admin": lambda cast: cast.hotel_admin.token,
    "platform_admin": lambda cast: cast.platform_admin.token,
    "suspended": lambda cast: cast.suspended.token,
    "ended": lambda cast: cast.ended.token,
}

PATHS: Mapping[str, Callable[[Cast], str]] = {
    "hotel_id": lambda cast: str(cast.hotel.id),
    "user_id": lambda cast: str(cast.member.id),
    "invitation_id": lambda cast: str(cast.invitation["id"]),
    "photo_id": lambda cast: str(cast.photo),
    "rate_plan_id": lambda cast: str(cast.hotel.only.pay_now),
    "charge_id": lambda cast: str(cast.charge),
    "state_charge_id": lambda cast: str(cast.state_charge),
    "room_type_id": lambda cast: str(cast.hotel.only.id),
    "room_id": lambda cast: str(cast.hotel.only.rooms[0]),
    "block_id": lambda cast: str(cast.block),
    "booking_id": lambda cast: str(cast.booking["id"]),
    "booking_reference": lambda cast: str(cast.booking["reference"]),
    "session_id": lambda cast: str(cast.guest.get("/users/me/sessions").json["items"][0]["id"]),
    "reference": lambda cast: str(cast.payment["reference"]),
    "refund_id": lambda cast: str(cast.refund_id),
    "job_id": lambda cast: str(cast.job_id),
}
