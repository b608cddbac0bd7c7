"""Every route of the API as its own document tells, a small world to call them in, and what must hold of any refusal."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.core.db import reading
from tests import factories
from tests.api import Api, new_key

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {"type": str, "title": str, "status": int, "code": str, "instance": str, "request_id": str}
MAYBE = {"detail": str, "errors": dict}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1"
CONTENT = "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} AS t"


@dataclass(frozen=True)
class Operation:
    """One method of one path, with what the document says of it."""

    method: str
    path: str
    said: Mapping[str, Any]
    document: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def asks_for_login(self) -> bool:
        return bool(self.said.get("security")) and {} not in self.said["security"]

    @property
    def query(self) -> list[str]:
        return [each["name"] for each in self.parameters]

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """Those of its query, as the document describes them."""
        return [each for each in self.said.get("parameters", []) if each["in"] == "query"]

    @cached_property
    def json(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body."""
        content = self.said.get("requestBody", {}).get("content", {}).get("application/json")
        return None if content is None else resolved(self.document, content["schema"])


def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json
    return told


def operations(app: Flask) -> list[Operation]:
    told = document(app)
    found = [
        Operation(method.upper(), path, said, told)
        for path, methods in told["paths"].items()
        for method, said in methods.items()
        if method in METHODS
    ]
    assert len(found) >= 22
    return found


def resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` stands for; anything else as it is. KeyError for a reference to nothing."""
    while "$ref" in node:
        place: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]
        node = place
    return node


class Ids(dict[str, str]):
    """Ids by the names that they have in paths; of what is not there, one that nothing has."""

    def __missing__(self, name: str) -> str:
        return str(uuid4())


@dataclass(frozen=True)
class World:
    """A guest who waits for his payment at a hotel, and a stranger; who runs the hotel, and who runs the platform."""

    app: Flask
    guest: Api
    stranger: Api
    ids: Mapping[str, str]
    hotel_admin: Api
    platform_admin: Api

    def path(self, operation: Operation, **instead: str) -> str:
        return operation.path.format_map(Ids({**self.ids, **instead}))

    def may(self, operation: Operation) -> Api:
        """Whose bodies and queries are looked into there: the guest's if anybody's. The others are asked where he is turned away."""
        odd: dict[str, Any] = {"query_string": {"no_such_parameter": "1"}}
        if operation.json is not None:
            odd = {"json": {"no_such_member": 1}}
        elif not operation.query:
            return self.guest
        people = (self.guest, self.hotel_admin, self.platform_admin)
        return next((one for one in people if self.send(operation, by=one, **odd).status_code == 422), self.guest)

    def send(
        self,
        operation: Operation,
        *,
        by: Api | None = None,
        method: str | None = None,
        path: str | None = None,
        **how: Any,
    ) -> TestResponse:
        """Calls the operation as the guest (or `by`), with a fresh key; `how` is what the test client takes."""
        token = (by or self.guest).token
        headers = {"Idempotency-Key": new_key()} | ({"Authorization": f"Bearer {token}"} if token else {})
        headers |= how.pop("headers", {})
        return self.app.test_client().open(
            path or self.path(operation), method=method or operation.method, headers=headers, **how
        )


def world(app: Flask) -> World:
    api = Api(app)
    hotel = factories.hotel({"Deluxe": 3})
    guest, stranger = (api.as_(factories.person()) for _ in range(2))
    hotel_admin, platform_admin = (
        api.as_(one) for one in (factories.member(hotel.id), factories.person(role="platform_admin"))
    )
    booking = guest.post("/bookings", factories.booking_request(hotel), key=new_key()).json
    payment = guest.post(f"/bookings/{booking['id']}/payments", {}, key=new_key()).json
    ids = {"hotel_id": str(hotel.id), "booking_id": booking["id"], "reference": payment["reference"]}
    return World(app, guest, stranger, ids, hotel_admin, platform_admin)


def content() -> dict[str, str]:
    """All that is written anywhere, as a checksum a table."""
    with reading() as session:
        return {name: session.scalar(text(CONTENT.format(name))) or "" for name in session.scalars(text(TABLES)).all()}


def what_is_wrong(answer: TestResponse, *statuses: int) -> Iterator[str]:
    """Why the answer is not a problem document with one of the statuses."""
    if answer.status_code not in statuses:
        yield f"is {answer.status_code}, not {statuses}: {answer.text[:200]}"
    if answer.mimetype != "application/problem+json":
        yield f"is {answer.mimetype}"
        return
    told = answer.json or {}
    yield from (f"{name} is {told.get(name)!r}" for name, kind in PROBLEM.items() if type(told.get(name)) is not kind)
    yield from (f"{name} is no {kind}" for name, kind in MAYBE.items() if not isinstance(told.get(name, kind()), kind))
    if told.get("status") != answer.status_code:
        yield f"says {told.get('status')}"
    if not re.fullmatch(r"[a-z_]+", str(told.get("code"))):
        yield f"has the code {told.get('code')!r}"
    if told.get("request_id") != answer.headers["X-Request-Id"]:
        yield f"has the request id {told.get('request_id')!r}"
