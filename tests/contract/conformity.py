"""Whatever a test asks of the API: the answer is one that the document describes. Looked at behind the back of every test."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, request, request_finished
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from werkzeug import Response

from app.core.api import PREFIX
from tests.surface import resolved

MAYBE = "x-optional"  # a member that is not always there says so
ENOUGH = 40  # times that one route is looked at with one status
PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")

_wrong: list[str] = []
_looked: Counter[tuple[str, str]] = Counter()


@contextmanager
def watching(app: Flask) -> Iterator[None]:
    """Looks at every answer of the API meanwhile; `wrong()` tells what was found."""
    told: dict[str, Any] = {}

    def look(_app: Flask, response: Response, **_rest: Any) -> None:
        if request.url_rule is None or not request.path.startswith(PREFIX) or request.method in {"OPTIONS", "HEAD"}:
            return
        path, method = PARAMETER.sub(r"{\1}", request.url_rule.rule), request.method.lower()
        if path.endswith("/openapi.json"):
            return
        if not told:
            told.update(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
        _looked[f"{method} {path}", response.status] += 1
        if _looked[f"{method} {path}", response.status] <= ENOUGH:
            found = what_is_wrong(told, path, method, response)
            _wrong.extend(f"{request.method} {request.path} {response.status_code}: {one}" for one in found)

    with request_finished.connected_to(look, app):
        yield


def wrong() -> list[str]:
    """What was found since it was asked last."""
    found = list(_wrong)
    _wrong.clear()
    return found


def what_is_wrong(told: Mapping[str, Any], path: str, method: str, response: Response) -> Iterator[str]:
    """Status, type and members of an answer, beside what the document says of them."""
    responses = told["paths"][path][method]["responses"]
    said = responses.get(str(response.status_code)) or responses["default"]
    if response.status_code < 400 and str(response.status_code) not in responses:
        yield "this status is not in the document"
        return
    content = resolved(told, said).get("content", {})
    if not content:
        if response.status_code not in {204, 304} and response.get_data():
            yield "the document knows of no body"
    elif response.mimetype not in content:
        yield f"{response.mimetype} is not one of {list(content)}"
    elif response.mimetype.endswith("json"):
        schema, body = content[response.mimetype]["schema"], response.get_json()
        for error in Draft202012Validator({**schema, "components": told["components"]}).iter_errors(body):
            yield f"{error.json_path}: {error.message[:300]}"
        if response.status_code < 400:  # problems have what they need
            yield from _missing(told, schema, body, "$")


def _missing(told: Mapping[str, Any], schema: Mapping[str, Any], body: Any, where: str) -> Iterator[str]:
    """Members that the document promises and that are not there."""
    schema = resolved(told, schema)
    if isinstance(body, list) and "items" in schema:
        for item in body[:5]:
            yield from _missing(told, schema["items"], item, f"{where}[]")
    if isinstance(body, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in body:
                yield from _missing(told, inner, body[name], f"{where}.{name}")
            elif not inner.get(MAYBE):
                yield f"{where}.{name} is missing"
