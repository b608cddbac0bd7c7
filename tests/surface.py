"""Every route of the API as its own document tells, a small world to call them in, and what must hold of any refusal."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.core.columns import new_id
from app.core.db import reading, transaction
from tests import factories
from tests.api import Api, new_key

# Names in paths of what its hotel's people alone may touch.
OF_HOTELS = ("hotel_id", "room_type_id", "room_id", "block_id", "rate_plan_id")
METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {"type": str, "title": str, "status": int, "code": str, "instance": str, "request_id": str}
MAYBE = {"detail": str, "errors": dict}
# Who shows a wrong password has that counted, which is no effect of what he was refused.
TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('spatial_ref_sys', 'throttle_buckets') ORDER BY 1
"""
FAILED = """
INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status)
SELECT :id, id, booking_id, 100000, currency, 'staff', 'failed' FROM payments WHERE reference = :reference
"""
DEAD = """
INSERT INTO outbox (kind, name, queue, payload, attempts, max_attempts, last_error, dead_at)
VALUES ('job', 'mail.send', 'bulk', jsonb_build_object('email_id', gen_random_uuid()), 5, 5, 'ValueError: broken', now()) RETURNING id
"""
CONTENT = "SELECT '{0}' AS name, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS told FROM {0} AS t"


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
    def is_of_platform(self) -> bool:
        """For the platform's people alone: others hear 403 whatever the path names, so nobody learns what is there."""
        return self.path.startswith("/api/v1/admin/")

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
    """A guest who waits for his payment at a hotel, its admin, one of the platform's, and a stranger."""

    app: Flask
    guest: Api
    owner: Api
    platform: Api
    stranger: Api
    ids: Mapping[str, str]

    def who_may(self, operation: Operation) -> Api:
        """Somebody whom nothing but what he sends keeps from it."""
        if operation.is_of_platform:
            return self.platform
        is_of_hotel = any(f"/{{{name}}}" in operation.path for name in OF_HOTELS)
        return self.owner if is_of_hotel and operation.asks_for_login else self.guest

    def path(self, operation: Operation, **instead: str) -> str:
        return operation.path.format_map(Ids({**self.ids, **instead}))

    def send(
        self,
        operation: Operation,
        *,
        by: Api | None = None,
        method: str | None = None,
        path: str | None = None,
        **how: Any,
    ) -> TestResponse:
        """Calls the operation as who may (or `by`), with a fresh key; `how` is what the test client takes."""
        token = (by or self.who_may(operation)).token
        headers = {"Idempotency-Key": new_key()} | ({"Authorization": f"Bearer {token}"} if token else {})
        headers |= how.pop("headers", {})
        return self.app.test_client().open(
            path or self.path(operation), method=method or operation.method, headers=headers, **how
        )


def world(app: Flask) -> World:
    api = Api(app)
    hotel = factories.hotel({"Deluxe": 3})
    guest, stranger = (api.as_(factories.person()) for _ in range(2))
    owner, staff = factories.member(hotel.id), factories.member(hotel.id, "hotel_staff")
    platform = api.as_(factories.person(role="platform_admin"))
    booking = guest.post("/bookings", factories.booking_request(hotel), key=new_key()).json
    payment = guest.post(f"/bookings/{booking['id']}/payments", {}, key=new_key()).json
    (mine,) = guest.get("/users/me/sessions").json["items"]
    admin = api.as_(owner)
    invitation = admin.post(f"/hotels/{hotel.id}/invitations", {"email": "new@example.com", "role": "hotel_staff"}).json
    ids = {
        "hotel_id": str(hotel.id),
        "user_id": str(staff.id),
        "invitation_id": invitation["id"],
        "photo_id": str(factories.photo(hotel.id)),
        "rate_plan_id": str(hotel.only.pay_now),
        "charge_id": str(factories.charge("Towels", hotel_id=hotel.id)),
        "state_charge_id": str(factories.charge()),
        "room_type_id": str(hotel.only.id),
        "room_id": str(hotel.only.rooms[-1]),
        "block_id": str(factories.block(hotel, hotel.only.rooms[-1], 100, 103)),
        "booking_id": booking["id"],
        "booking_reference": booking["reference"],
        "reference": payment["reference"],
        "session_id": mine["id"],
        "refund_id": str(failed_refund(payment["reference"])),
        "job_id": str(dead_job()),
    }
    return World(app, guest, admin, platform, stranger, ids)


def failed_refund(reference: str) -> UUID:
    """A refund of the payment that waits for a person."""
    refund_id = new_id()
    with transaction() as session:
        session.execute(text(FAILED), {"id": refund_id, "reference": reference})
    return refund_id


def dead_job() -> int:
    """A job that waits for a person."""
    with transaction() as session:
        return int(session.execute(text(DEAD)).scalar_one())


def content() -> dict[str, str]:
    """All that is written anywhere at one moment, as a checksum a table."""
    with reading() as session:
        looks = " UNION ALL ".join(CONTENT.format(name) for name in session.scalars(text(TABLES)))
        return {row.name: row.told for row in session.execute(text(looks))}


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
