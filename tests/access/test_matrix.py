"""Who may do what, route by route; and what is denied has no effect."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.config import settings
from tests.access.bodies import BODIES, FORMS, HEADERS, PREPARED, QUERIES
from tests.access.cast import ROLES, Cast
from tests.access.matrix import MATRIX
from tests.api import PREFIX
from tests.surface import Operation, content, operations

DENIALS = {401, 403, 404}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
SIGNED = "POST /webhooks/paystack"


class Row(NamedTuple):
    name: str
    statuses: dict[str, int]


def rows() -> Iterator[Row]:
    head, *lines = [line.split() for line in MATRIX.splitlines() if line.strip()]
    assert len(head) == len(ROLES)
    for method, path, *statuses in lines:
        assert len(statuses) == len(ROLES), (method, path)
        yield Row(f"{method} {path}", dict(zip(ROLES, map(int, statuses), strict=True)))


def named(app: Flask) -> dict[str, Operation]:
    return {f"{each.method} {each.path.removeprefix(PREFIX)}": each for each in operations(app)}


def sent(cast: Cast, name: str) -> dict[str, Any]:
    """What the test client is to send."""
    if name == SIGNED:
        return signed()
    made: dict[str, Any] = {"query_string": QUERIES[name](cast)} if name in QUERIES else {}
    if name in HEADERS:
        made["headers"] = HEADERS[name]
    if name in BODIES:
        made["json"] = BODIES[name](cast)
    if name in FORMS:
        made["data"] = FORMS[name](cast)
    return made


def signed() -> dict[str, Any]:
    body = json.dumps({"event": "charge.success", "data": {"id": 1, "reference": "unheard-of"}}).encode()
    secret = settings().paystack_secret_key.get_secret_value().encode()
    return {"data": body, "headers": {"x-paystack-signature": hmac.new(secret, body, hashlib.sha512).hexdigest()}}


def test_every_route_has_its_line_and_every_line_its_route(application: Flask) -> None:
    lines = [row.name for row in rows()]
    assert len(lines) == len(set(lines))
    assert set(lines) == set(named(application))


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.name)
def test_who_may(application: Flask, row: Row) -> None:
    operation, cast, wrong = named(application)[row.name], Cast(application), []
    for role, status in row.statuses.items():
        cast.prepare(role, operation)
        how = sent(cast, row.name)
        if row.name in PREPARED:
            PREPARED[row.name](cast)
        before = content() if status in DENIALS else {}
        answer = cast.send(role, operation, **how)
        if answer.status_code != status:
            wrong.append(f"{role}: {answer.status_code}, not {status}: {answer.text[:200]}")
        if before:
            assert content() == before, role
        if operation.method in WRITES and answer.status_code < 300:
            cast = Cast(application)
    assert wrong == []
