"""The API as strangers read its document: whatever follows from that, sent by everybody, is answered as the document says.

schemathesis makes the requests, the same ones in each run, half of them with ids and dates that mean something here. New routes are
taken in by themselves. `--slow` makes many more.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api import new_key
from tests.contract.people import Cast, cast
from tests.surface import METHODS, content, document, resolved

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUIET = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)

pytestmark = pytest.mark.timeout(600)


def completed(value: Any, schema: Mapping[str, Any], people: Cast) -> Any:
    """The value with what is known by the names of its members, whether they stood there or not."""
    schema = resolved(people.document, schema)
    if isinstance(value, list):
        return [completed(inner, schema.get("items", {}), people) for inner in value]
    if not isinstance(value, dict):
        return value
    said = schema.get("properties", {})
    known = {name: people.known[name] for name in said if name in people.known}
    return {name: completed(inner, said.get(name, {}), people) for name, inner in value.items()} | known


def say(case: Any, people: Cast, mode: GenerationMode) -> None:
    """Makes the case about things that are there. What is wrong with one that is to be refused stays wrong."""
    case.path_parameters = known_of(case.path_parameters, people)
    if mode is GenerationMode.POSITIVE:
        case.query = known_of(case.query, people)
        if case.media_type is not None:
            content = case.operation.definition.raw["requestBody"]["content"]
            case.body = completed(case.body, content[case.media_type]["schema"], people)


def known_of(parameters: dict[str, Any] | None, people: Cast) -> dict[str, Any]:
    return {name: people.known.get(name, value) for name, value in (parameters or {}).items()}


def checks_for(case: Any) -> list[Any]:
    """What is wrong in a header or a path may not matter: the one is ours in fact, the other perhaps put right by `say`."""
    components = case.meta.components
    is_wrong = any(
        place in components and components[place].mode is GenerationMode.NEGATIVE
        for place in (ParameterLocation.QUERY, ParameterLocation.BODY)
    )
    return [*CHECKS, negative_data_rejection] if is_wrong else CHECKS


def faults(app: Flask, mode: GenerationMode, examples: int) -> Iterator[str]:
    """What is wrong with the answers, operation by operation; in another world each time that one has been changed."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    people, known = cast(app), content()
    for result in schema.get_all_operations():
        yield from of_operation(result.ok(), people, mode, examples)
        if content() != known:
            people, known = cast(app), content()


def of_operation(operation: Any, people: Cast, mode: GenerationMode, examples: int) -> list[str]:
    found, turn = list[str](), itertools.count()

    @settings(QUIET, max_examples=examples)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if next(turn) % 2:
            say(case, people, mode)
        for role, headers in people.each():
            answer = case.call(headers=headers | {"Idempotency-Key": new_key()})
            try:
                case.validate_response(answer, checks=checks_for(case))
            except FailureGroup as group:
                found.extend(
                    f"{operation.label} as {role}: {failure}\n{case.as_curl_command()}" for failure in group.exceptions
                )

    with suppress(Unsatisfiable):  # what asks for nothing cannot be asked wrongly
        ask()
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.slow)])
def test_everybody_is_answered_as_the_document_says(application: Flask, mode: GenerationMode, examples: int) -> None:
    found = list(faults(application, mode, examples))
    assert found == [], "\n\n".join(found[:10])


def test_every_operation_is_asked(application: Flask) -> None:
    """The control: none of them is passed over."""
    told = document(application)["paths"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = {result.ok().label for result in schema.get_all_operations()}
    assert asked == {
        f"{method.upper()} {path}" for path, methods in told.items() for method in methods if method in METHODS
    }
