"""The OpenAPI document holds together, says what the routes do, and is shown without a word to anybody else's server."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api import Api
from tests.surface import Operation, document, operations, resolved, world

PROBLEM_JSON = "application/problem+json"
TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
NEEDS_A_KEY = {
    "POST /api/v1/bookings",
    "POST /api/v1/bookings/{booking_id}/cancel",
    "POST /api/v1/bookings/{booking_id}/change",
    "POST /api/v1/bookings/{booking_id}/payments",
    "POST /api/v1/hotels/{hotel_id}/bookings/{booking_id}/cancel",
    "POST /api/v1/hotels/{hotel_id}/bookings/{booking_id}/change",
    "POST /api/v1/hotels/{hotel_id}/bookings/{booking_id}/waiver",
    "POST /api/v1/admin/bookings/{booking_id}/cancel",
    "POST /api/v1/admin/payments/{reference}/resolve",
    "POST /api/v1/admin/refunds/{refund_id}/again",
}
LOGIN: list[dict[str, list[str]]] = [{"bearer": []}, {"oauth2": []}]
# For whoever shows the token of the one booking, too.
OPENED_BY_BOOKING_TOKEN = {
    "GET /api/v1/bookings/{booking_id}",
    "GET /api/v1/bookings/by-reference/{booking_reference}",
    "GET /api/v1/bookings/{booking_id}/cancellation",
    "POST /api/v1/bookings/{booking_id}/cancel",
    "POST /api/v1/bookings/{booking_id}/change",
    "POST /api/v1/bookings/{booking_id}/change/preview",
    "POST /api/v1/bookings/{booking_id}/payments",
    "GET /api/v1/payments/{reference}",
    "POST /api/v1/payments/{reference}/verify",
    "GET /api/v1/payments/{reference}/refunds",
}
# Where browsers are sent.
PAGES = {"/api/v1/payments/return"}
# Who sends no token is told 401 for another reason.
SIGNED = {"POST /api/v1/webhooks/paystack"}


@pytest.fixture
def told(application: Flask) -> dict[str, Any]:
    return document(application)


@pytest.fixture
def all_operations(application: Flask) -> list[Operation]:
    return operations(application)


def nodes(node: Any, where: str = "#") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object of the document and where it stands."""
    if isinstance(node, Mapping):
        yield where, node
        for name, child in node.items():
            yield from nodes(child, f"{where}/{name}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, f"{where}/{index}")


def test_it_is_an_openapi_31_document(told: dict[str, Any]) -> None:
    assert told["openapi"] == "3.1.0"
    assert (told["info"]["title"], told["info"]["version"]) == ("SmartStay", "v1")
    assert told.keys() <= {"openapi", "info", "paths", "components", "tags", "servers", "security", "externalDocs"}
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    names = [tag["name"] for tag in told["tags"]]
    assert len(names) == len(set(names))
    assert all(tag["description"] for tag in told["tags"])


def test_every_reference_leads_somewhere_and_every_schema_is_used(told: dict[str, Any]) -> None:
    references = {node["$ref"] for _, node in nodes(told) if "$ref" in node}
    assert len(references) >= 20
    for reference in references:
        assert reference.startswith("#/components/"), reference
        assert resolved(told, {"$ref": reference})
    defined = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in told["components"][kind]}
    assert references <= defined
    assert defined - references <= {"#/components/schemas/PaginationMetadata"}  # the library's, for lists by page


def test_schemas_are_json_schema_2020(told: dict[str, Any]) -> None:
    """3.0's own words are gone, types are types, and what is required exists."""
    for where, node in nodes(told["components"]["schemas"]):
        if where.endswith("/properties") or where.count("/") == 0:
            continue
        assert "nullable" not in node, where
        types = node.get("type", [])
        assert set([types] if isinstance(types, str) else types) <= TYPES, where
        assert set(node.get("required", [])) <= set(node.get("properties", {})), where
        assert isinstance(node.get("exclusiveMinimum", 0), (int, float)), where


def test_what_is_sent_is_closed_to_unknown_members(told: dict[str, Any], all_operations: list[Operation]) -> None:
    bodies = [each.json for each in all_operations if each.json is not None]
    assert len(bodies) >= 7
    assert [body.get("additionalProperties") for body in bodies] == [False] * len(bodies)


def test_every_operation_says_what_it_is(told: dict[str, Any], all_operations: list[Operation]) -> None:
    tags = {tag["name"] for tag in told["tags"]}
    for operation in all_operations:
        assert len(operation.said["summary"]) >= 7, str(operation)
        assert set(operation.said["tags"]) <= tags, str(operation)
        assert len(operation.said["tags"]) == 1, str(operation)
    summaries = [each.said["summary"] for each in all_operations]
    assert len(set(summaries)) == len(summaries)


def test_every_operation_has_a_success_and_its_problems(told: dict[str, Any], all_operations: list[Operation]) -> None:
    for operation in all_operations:
        responses = {status: resolved(told, said) for status, said in operation.said["responses"].items()}
        assert [status for status in responses if status.startswith("2")], str(operation)
        assert "default" in responses, str(operation)
        for status, said in responses.items():
            assert said["description"], f"{operation} {status}"
            if not status.startswith(("2", "3")):
                schema = said["content"][PROBLEM_JSON]["schema"]
                types = set(said["content"]) - ({"text/html"} if operation.path in PAGES else set())
                assert (types, schema) == ({PROBLEM_JSON}, {"$ref": "#/components/schemas/Problem"})


def test_every_parameter_of_a_path_is_described(told: dict[str, Any], all_operations: list[Operation]) -> None:
    for operation in all_operations:
        shared = told["paths"][operation.path].get("parameters", [])
        described = [each for each in [*shared, *operation.said.get("parameters", [])] if each["in"] == "path"]
        assert {each["name"] for each in described} == set(re.findall(r"{(\w+)}", operation.path)), str(operation)
        assert all(each["required"] for each in described), str(operation)
        kinds = {each["name"]: each["schema"]["type"] for each in described}
        assert kinds == {name: "integer" if name == "job_id" else "string" for name in kinds}, str(operation)


def test_login_is_asked_for_where_the_document_says_so(
    application: Flask, told: dict[str, Any], all_operations: list[Operation]
) -> None:
    here, nobody = world(application), Api(application)
    schemes = told["components"]["securitySchemes"]
    assert schemes.keys() == {"bearer", "oauth2", "booking_token"}
    assert (schemes["booking_token"]["in"], schemes["booking_token"]["name"]) == ("header", "Booking-Token")
    for operation in all_operations:
        body: dict[str, Any] = {} if operation.method == "GET" else {"json": {}}
        refused = here.send(operation, by=nobody, **body).status_code == 401
        if str(operation) not in SIGNED:
            assert refused == operation.asks_for_login, str(operation)
        if operation.asks_for_login:
            assert "401" in operation.said["responses"], str(operation)
            by_token: list[dict[str, list[str]]] = (
                [{"booking_token": []}] if str(operation) in OPENED_BY_BOOKING_TOKEN else []
            )
            assert operation.said["security"] == [*LOGIN, *by_token], str(operation)


def test_keys_are_asked_for_where_the_document_says_so(application: Flask, all_operations: list[Operation]) -> None:
    documented = set()
    for operation in all_operations:
        for parameter in operation.said.get("parameters", []):
            if parameter["name"] == "Idempotency-Key":
                assert (parameter["in"], parameter["required"]) == ("header", True)
                documented.add(str(operation))
    assert documented == NEEDS_A_KEY
    here = world(application)
    body: dict[str, Any] = {"json": {}}
    for operation in all_operations:
        if str(operation) in NEEDS_A_KEY and operation.json is not None and not operation.json.get("required"):
            answer = here.send(operation, headers={"Idempotency-Key": ""}, **body)
            assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")


def test_the_token_url_of_the_document_gives_tokens(api: Api, told: dict[str, Any]) -> None:
    url = told["components"]["securitySchemes"]["oauth2"]["flows"]["password"]["tokenUrl"]
    assert url in told["paths"]


def test_flask_prints_and_writes_the_document(application: Flask, told: dict[str, Any], tmp_path: Path) -> None:
    runner = application.test_cli_runner()
    printed = runner.invoke(args=["openapi", "print"])
    assert (printed.exit_code, json.loads(printed.output)) == (0, told)
    path = tmp_path / "openapi.json"
    assert runner.invoke(args=["openapi", "write", str(path)]).exit_code == 0
    assert json.loads(path.read_text()) == told


class TestDocs:
    @pytest.fixture
    def page(self, client: FlaskClient) -> str:
        answer = client.get("/docs")
        assert (answer.status_code, answer.mimetype) == (200, "text/html")
        return answer.text

    def test_all_it_loads_is_ours_and_there(self, client: FlaskClient, page: str) -> None:
        loaded = re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", page)
        assert len(loaded) == 6
        assert all(address.startswith("/docs/") for address in loaded)
        assert [client.get(address).status_code for address in loaded] == [200] * 6
        assert re.findall(r"https?://[^/\"']+", page) == []

    def test_its_styles_fetch_nothing(self, client: FlaskClient, page: str) -> None:
        for address in re.findall(r'href="([^"]+\.css)"', page):
            style = client.get(address).text
            fetched = [url for url in re.findall(r"url\(\s*[\"']?([^\"')]{5})", style) if url != "data:"]
            assert (address, fetched, "@import" in style) == (address, [], False)

    def test_it_shows_our_document_and_has_nobody_check_it(self, client: FlaskClient, page: str) -> None:
        (config,) = re.findall(r"user_config = (\{.*?\});", page)
        said = json.loads(config)
        assert (said["url"], said["validatorUrl"]) == ("/api/v1/openapi.json", None)
        assert client.get(said["url"]).json["info"]["title"] == "SmartStay"


@pytest.mark.parametrize("key", ["!", "~" * 255, "a" * 256, "a b", "é", "tab\t"])
def test_case_11_keys_are_taken_as_documented(application: Flask, all_operations: list[Operation], key: str) -> None:
    here = world(application)
    (operation,) = [each for each in all_operations if str(each) == "POST /api/v1/bookings/{booking_id}/payments"]
    said = next(each["schema"] for each in operation.said["parameters"] if each["name"] == "Idempotency-Key")
    is_allowed = re.fullmatch(said["pattern"], key) is not None and len(key) <= said["maxLength"]
    answer = here.send(operation, headers={"Idempotency-Key": key}, json={})
    assert answer.status_code == (200 if is_allowed else 400), answer.text
