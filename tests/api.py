"""Calling the API in-process, as a person."""

import uuid
from typing import Any

from flask import Flask

from tests.factories import PASSWORD, Person

PREFIX = "/api/v1"


class Api:
    """Anonymous until `as_`."""

    def __init__(self, app: Flask, token: str | None = None, booking_token: str | None = None) -> None:
        self.app, self.token, self.booking_token = app, token, booking_token

    def as_(self, person: Person) -> "Api":
        """The same API with the person's access token, got by logging in."""
        answer = self.post("/auth/login", {"email": person.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Api(self.app, answer.json["access_token"])

    def showing(self, booking_token: str) -> "Api":
        """The same caller, who also shows a booking's token."""
        return Api(self.app, self.token, booking_token)

    def get(self, path: str, **query: Any) -> Any:
        return self._send("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        extra = {"Idempotency-Key": key} if key else {}
        return self._send("POST", path, json={} if body is None else body, headers=headers | extra)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("PATCH", path, json=body, headers=headers)

    def put(self, path: str, body: Any) -> Any:
        return self._send("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **rest: Any) -> Any:
        auth = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        auth |= {"Booking-Token": self.booking_token} if self.booking_token is not None else {}
        return self.app.test_client().open(PREFIX + path, method=method, headers=(headers or {}) | auth, **rest)


def new_key() -> str:
    """An idempotency key nobody used."""
    return uuid.uuid4().hex
