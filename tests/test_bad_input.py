"""Whatever is sent to whichever route: a problem document says what is wrong, nothing breaks, nothing is written."""

import gzip
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from sqlalchemy import text

from app.config import settings
from app.core.columns import new_id
from app.core.db import reading
from tests.api import Api
from tests.factories import in_days
from tests.surface import Operation, World, content, operations, resolved, what_is_wrong, world

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOMB = gzip.compress(b"[" + b"0," * 500_000 + b"0]")
MIB = 1024 * 1024
ODD_IN_QUERY = (
    "-1",
    "1e9",
    "1000000000",
    "9" * 400,
    "1.5",
    "NaN",
    "injection",
    "'; DROP TABLE users; --",
    "' OR 1=1 --",
    "name; DESC",
    "[]",
    "é" * 500,
    "%ED%A0%80",
    "\x00",
    "\x1b",
    " ",
    "2027-02-30",
    "01890000-0000-7000-8000-00000000000g",
)

# name: the body, its type, the status
MALFORMED: dict[str, tuple[bytes, int]] = {
    "cut off": (b"{", 400),
    "nothing but a word": (b"hello", 400),
    "100,000 arrays in each other": (b"[" * 30_000 + b"]" * 30_000, 400),
    "objects in each other": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "as deep as orjson goes": (b"[" * 1024 + b"]" * 1024, 400),
    "an integer of 5,000 digits": (b'{"adults": ' + b"9" * 5000 + b"}", 400),
    "NaN": (b'{"adults": NaN}', 400),
    "Infinity": (b'{"adults": -Infinity}', 400),
    "1e400": (b'{"adults": 1e400}', 400),
    "a member twice": (b'{"email": "a@example.com", "email": "b@example.com"}', 400),
    "a member twice, inside": (b'{"guest": {"name": "a", "name": "b"}}', 400),
    "half a surrogate pair": (b'{"name": "\\ud800"}', 400),
    "half a surrogate pair as a name": (b'{"\\udfff": 1}', 400),
    "a NUL byte": (b'{"name": "\x00"}', 400),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400),
    "no UTF-8": (b'{"name": "\xff"}', 400),
    "UTF-16": ("{}".encode("utf-16"), 400),
    "null": (b"null", 422),
    "an array": (b"[]", 422),
    "a string": (b'"{}"', 422),
    "a number": (b"18446744073709551616", 422),
    "an unknown member": (b'{"no_such_member": 1}', 422),
    "a NUL as a name": (b'{"\\u0000": 1}', 422),
}
# What is told of things and people, and set by us alone.
OURS = {
    "id",
    "user_id",
    "is_admin",
    "role",
    "status",
    "payment_status",
    "amount",
    "total_amount",
    "expires_at",
    "version",
}
# Bodies of which any text may be right, and what is said to one that is not.
MAY_BE_ANY_TEXT = {("refresh_token",): (401,), ("token",): (410,), ("password",): (403,)}
OTHER_MEDIA: dict[str, tuple[bytes, dict[str, str], int]] = {
    "plain text": (b"{}", {"Content-Type": "text/plain"}, 415),
    "no type": (b"{}", {}, 415),
    "a type that is none": (b"{}", {"Content-Type": ";;;"}, 415),
    "a kin of JSON": (b"{}", {"Content-Type": "application/problem+json"}, 415),
    "a JSON of somebody's own": (b"{}", {"Content-Type": "application/vnd.api+json"}, 415),
    "JSON in UTF-16": ("{}".encode("utf-16"), {"Content-Type": f"{JSON}; charset=utf-16"}, 415),
    "JSON in Latin-1": (b"{}", {"Content-Type": f"{JSON}; charset=iso-8859-1"}, 415),
    "two types in one": (b"{}", {"Content-Type": f"{JSON}, text/plain"}, 415),
    "packed twice": (BOMB, {"Content-Type": JSON, "Content-Encoding": "identity, gzip"}, 415),
    "a form of files": (b"--x\r\n\r\n--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
    "a gzip bomb": (BOMB, {"Content-Type": JSON, "Content-Encoding": "gzip"}, 415),
    "brotli": (b"{}", {"Content-Type": JSON, "Content-Encoding": "br"}, 415),
    "a mebibyte": (b'{"name": "' + b"a" * MIB + b'"}', {"Content-Type": JSON}, 413),
    "a mebibyte of text": (b"a" * MIB, {"Content-Type": "text/plain"}, 413),
}


@pytest.fixture
def here(application: Flask) -> World:
    return world(application)


def of_people(app: Flask) -> list[Operation]:
    """All but the payment service's, which is signed."""
    return [each for each in operations(app) if "/webhooks/" not in each.path]


def usual_query(operation: Operation) -> dict[str, Any]:
    """What the route needs to be asked, and means something."""
    needed = [each for each in operation.parameters if each.get("required")]
    return {each["name"]: usual_value(each["name"], each["schema"]) for each in needed}


def usual_value(name: str, schema: Mapping[str, Any]) -> Any:
    known = {"check_in": in_days(10), "check_out": in_days(12), "to": in_days(12), "lat": 6.4281, "lon": 3.4219}
    by_format = {"date": in_days(10), "uuid": new_id()}
    least = schema.get("minimum", 1)
    return known.get(name) or by_format.get(schema.get("format", "")) or (schema.get("enum") or [least])[0]


def may_be(operation: Operation, parameter: Mapping[str, Any], text: str) -> bool:
    """Whether the document allows this value."""
    schema = resolved(operation.document, parameter["schema"])
    items = resolved(operation.document, schema.get("items", schema))
    try:
        values = [{"integer": int, "number": float}.get(items.get("type", ""), str)(part) for part in text.split(",")]
    except ValueError:
        return False
    judge = Draft202012Validator(schema, format_checker=FormatChecker())
    return bool(judge.is_valid(values if "items" in schema else values[0]))


def refusals(cases: Iterator[tuple[str, Any, tuple[int, ...]]]) -> list[str]:
    """What is wrong with the answers. Each case: its name, the answer, the statuses allowed."""
    return [f"{name} {wrong}" for name, answer, statuses in cases for wrong in what_is_wrong(answer, *statuses)]


def test_case_64_bodies_that_are_not_what_they_should_be(here: World) -> None:
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            if operation.json is not None:
                who = here.who_may(operation)
                for name, (body, status) in MALFORMED.items():
                    answer = here.send(operation, by=who, data=body, content_type=JSON)
                    yield f"{operation}: {name}", answer, (status,)

    assert refusals(cases()) == []
    assert content() == before


def test_case_64_bodies_that_are_no_json_or_too_long(here: World) -> None:
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            if operation.method != "GET":
                for name, (body, headers, status) in OTHER_MEDIA.items():
                    yield f"{operation}: {name}", here.send(operation, data=body, headers=headers), (status,)
                other = JSON if operation.path.endswith("/token") else FORM
                yield f"{operation}: {other}", here.send(operation, data=b"{}", content_type=other), (415,)

    assert refusals(cases()) == []
    assert content() == before


def test_case_64_no_body_is_an_empty_object(here: World) -> None:
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            if operation.json is not None and operation.json.get("required"):
                who = here.who_may(operation)
                for how in ({"content_type": JSON}, {}):
                    yield f"{operation}: empty {how}", here.send(operation, by=who, data=b"", **how), (422,)

    assert refusals(cases()) == []
    assert content() == before
    (cancel,) = [each for each in of_people(here.app) if each.path == "/api/v1/bookings/{booking_id}/cancel"]
    assert here.send(cancel, data=b"", content_type=JSON).status_code == 200


def test_case_64_every_member_refuses_every_kind_of_nonsense(here: World) -> None:
    """Up to ten members at once are something that no member may be."""
    before = content()
    nonsense: tuple[Any, ...] = ("a\x00b", "a\x1bb", {"x": 1}, [[]], 1.5, -(2**62), "x" * 5000)

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            names = list((operation.json or {}).get("properties", {}))
            for some in (names[first : first + 10] for first in range(0, len(names), 10)):
                for value in nonsense:
                    answer = here.send(operation, json=dict.fromkeys(some, value))
                    may_be_read = MAY_BE_ANY_TEXT.get(tuple(some), ()) if isinstance(value, str) else ()
                    yield f"{operation}: {str(value)[:20]!r}", answer, (*may_be_read, 422)

    assert refusals(cases()) == []
    assert content() == before


def test_case_63_nobody_sets_what_is_ours_to_set(here: World) -> None:
    """In no body, whatever its name is elsewhere: a member that the document does not know is refused by its name."""
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            if operation.json is not None:
                who = here.who_may(operation)
                for name in OURS - set(operation.json.get("properties", {})):
                    answer = here.send(operation, by=who, json={name: 1})
                    yield f"{operation} {name}", answer, (422,)
                    assert answer.json["errors"]["json"][name] == ["Unknown field."], f"{operation} {name}"

    asked = list(cases())
    assert len(asked) >= 200
    assert refusals(iter(asked)) == []
    assert content() == before


def test_unknown_query_parameters_are_refused(here: World) -> None:
    """But for the address that the checkout sends browsers to: what it adds is its business."""
    open_ended = "/api/v1/payments/return"

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            if operation.query and operation.path != open_ended:
                answer = here.send(operation, by=here.who_may(operation), query_string={"no_such_parameter": "1"})
                yield str(operation), answer, (422,)
                assert answer.json["errors"]["query"]["no_such_parameter"] == ["Unknown field."]

    asked = list(cases())
    assert len(asked) >= 5
    assert refusals(iter(asked)) == []


def test_case_69_nonsense_in_every_query_parameter(here: World) -> None:
    """Each in turn, beside all that the route needs: refused, unless the document allows it."""
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            who = here.who_may(operation)
            for parameter in operation.parameters:
                for value in ODD_IN_QUERY:
                    query = usual_query(operation) | {parameter["name"]: value}
                    answer = here.send(operation, by=who, query_string=query, headers={"Accept": JSON})
                    if answer.status_code != 200 or not may_be(operation, parameter, value):
                        yield f"{operation} {parameter['name']}={value[:30]!r}", answer, (404, 422)

    asked = list(cases())
    assert len(asked) >= 100
    assert refusals(iter(asked)) == []
    assert {name for name, now in content().items() if now != before[name]} <= {"search_log"}


def test_case_69_the_control_the_usual_query_is_answered(here: World) -> None:
    """Else all of the above could be refused for what it lacks."""
    asked = [each for each in of_people(here.app) if any(one.get("required") for one in each.parameters)]
    assert len(asked) >= 2
    for operation in asked:
        answer = here.send(operation, by=here.who_may(operation), query_string=usual_query(operation))
        assert answer.status_code in {200, 404}, f"{operation}: {answer.text}"


def test_case_69_texts_of_a_query_are_texts(here: World) -> None:
    """What would end a statement, or match anything, finds what is called so: nothing."""
    hotels = len(here.guest.get("/hotels").json["items"])
    assert hotels == 1
    for value in ("'; DROP TABLE hotels; --", "%", "_", "\\", "' OR '1'='1", "Hotel%", "*", "$$", "{}", "%s", ":q"):
        for name in ("q", "city", "state"):
            assert here.guest.get("/hotels", **{name: value}).json["items"] == []
    assert len(here.guest.get("/hotels").json["items"]) == hotels


@pytest.mark.parametrize(
    "value", ["no-uuid", "1", "%00", "'%3B drop table users", "..%2F..%2Fetc%2Fpasswd", "%ED%A0%80", "a" * 3000, "é"]
)
def test_ids_that_are_none_are_not_there(here: World, value: str) -> None:
    """A reference may be any text, and a job's number any number: what else is lacking may be told first."""
    before = content()

    def cases() -> Iterator[tuple[str, Any, tuple[int, ...]]]:
        for operation in of_people(here.app):
            for name in here.ids:
                if f"{{{name}}}" in operation.path:
                    body: dict[str, Any] = {} if operation.method == "GET" else {"json": {}}
                    lacks = name in {"reference", "job_id"} and (operation.json or {}).get("required")
                    answer = here.send(operation, path=here.path(operation, **{name: value}), **body)
                    yield f"{operation}", answer, (404, 422) if lacks else (404,)

    asked = list(cases())
    assert len(asked) >= 8
    assert refusals(iter(asked)) == []
    assert content() == before


def test_unknown_routes_and_methods(here: World) -> None:
    known: dict[str, set[str]] = {}
    for operation in operations(here.app):
        known.setdefault(operation.path, set()).add(operation.method)
    for operation in operations(here.app):
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known[operation.path]:
            answer = here.send(operation, method=method)
            assert list(what_is_wrong(answer, 405)) == [], f"{method} {operation.path}"
            assert set(answer.headers["Allow"].split(", ")) >= known[operation.path]
    for path in ("/", "/api/v1", "/api/v1/nothing", "/api/v2/bookings", "/healthz/x", "/%00"):
        for method in ("GET", "POST", "DELETE"):
            answer = here.app.test_client().open(path, method=method, data=b"x", content_type="text/plain")
            assert list(what_is_wrong(answer, 404)) == [], f"{method} {path}"


def test_head_is_get_without_a_body_and_options_tell_the_methods(here: World) -> None:
    for operation in operations(here.app):
        told = here.send(operation, method="OPTIONS")
        assert (told.status_code, told.data) == (200, b""), str(operation)
        assert {operation.method, "OPTIONS"} <= set(told.headers["Allow"].split(", "))
        if operation.method == "GET":
            head, get = here.send(operation, method="HEAD"), here.send(operation)
            assert (head.status_code, head.data) == (get.status_code, b""), str(operation)
            assert head.mimetype == get.mimetype


def test_whatever_type_is_asked_for_json_is_what_there_is(here: World) -> None:
    for operation in operations(here.app):
        if operation.method == "GET" and not operation.path.endswith("/return"):
            usual = here.send(operation)
            answer = here.send(operation, headers={"Accept": "application/xml"})
            assert (answer.status_code, answer.mimetype) == (usual.status_code, usual.mimetype), str(operation)


def test_case_62_others_things_are_not_there(here: World) -> None:
    before = content()
    nobody = 0
    for operation in of_people(here.app):
        if operation.asks_for_login and "{" in operation.path:
            body: Mapping[str, Any] = {} if operation.method == "GET" else {"json": {}}
            answer = here.send(operation, by=here.stranger, **body)
            assert list(what_is_wrong(answer, 403 if operation.is_of_platform else 404)) == [], str(operation)
            nobody += 1
    assert nobody >= 7
    assert content() == before


def forged(token: str) -> dict[str, str]:
    head, payload, signature = token.split(".")
    return {
        "none": "",
        "no token": "Bearer",
        "another scheme": "Basic YTpi",
        "another signature": f"Bearer {head}.{payload}.{signature[::-1]}",
        "no signature": f"Bearer {head}.{payload}.",
        "another payload": f"Bearer {head}.{payload[:-4]}AAAA.{signature}",
        "a part less": f"Bearer {head}.{payload}",
        "no text": "Bearer \xff\xfe",
        "very long": f"Bearer {token}{'a' * 5000}",
    }


def test_case_56_tokens_that_are_not_ours(here: World) -> None:
    """Before anything else: strangers hear 401, and not what their body lacks."""
    before = content()
    asked = [each for each in of_people(here.app) if each.asks_for_login]
    assert len(asked) >= 10
    assert here.guest.token is not None
    for operation in asked:
        for name, header in forged(here.guest.token).items():
            body: Mapping[str, Any] = {} if operation.method == "GET" else {"json": {"no": 1}}
            answer = here.send(operation, by=Api(here.app), headers={"Authorization": header}, **body)
            assert list(what_is_wrong(answer, 401)) == [], f"{operation}: {name}"
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert content() == before


def test_case_64_webhooks_are_judged_by_their_signature_alone(here: World) -> None:
    """Unsigned: refused and not kept. Signed: kept as they came, and nothing follows."""
    (operation,) = [each for each in operations(here.app) if "/webhooks/" in each.path]
    key = settings().paystack_secret_key.get_secret_value().encode()
    bodies = {name: body for name, (body, _) in MALFORMED.items()} | {"a gzip bomb": BOMB}
    for name, body in bodies.items():
        before = content()
        assert list(what_is_wrong(here.send(operation, data=body, content_type=JSON), 401)) == [], name
        assert content() == before, name
        headers = {"X-Paystack-Signature": hmac.new(key, body, hashlib.sha512).hexdigest()}
        assert here.send(operation, data=body, headers=headers).status_code == 200, name
        after = content()
        assert {table for table in after if after[table] != before[table]} == {"gateway_events"}, name
    with reading() as session:
        kept = session.execute(text("SELECT body, event, error FROM gateway_events ORDER BY id")).all()
    assert [(bytes(row.body), row.event, row.error) for row in kept] == [
        (body, "unreadable", "no reference") for body in bodies.values()
    ]


def test_webhooks_are_capped(here: World) -> None:
    (operation,) = [each for each in operations(here.app) if "/webhooks/" in each.path]
    assert list(what_is_wrong(here.send(operation, data=b"a" * (64 * 1024 + 1)), 413)) == []


def test_request_ids_are_taken_over_when_they_are_sane(here: World) -> None:
    client = here.app.test_client()
    assert client.get("/nothing", headers={"X-Request-Id": "client-7.x_Y"}).json["request_id"] == "client-7.x_Y"
    for odd in ("", "a b", "a" * 129, "é", '"}'):
        told = client.get("/nothing", headers={"X-Request-Id": odd}).json["request_id"]
        assert told != odd
        assert len(told) == 36
