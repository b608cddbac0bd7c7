"""A blueprint whose decorators write themselves into the OpenAPI document."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import flask_smorest
from flask import Request, Response, after_this_request, jsonify, request
from webargs.core import missing
from webargs.flaskparser import FlaskParser

from app.core import etag, idempotency, strict_json
from app.core.api import Problem
from app.core.errors import Malformed
from app.core.problem import MEDIA_TYPE
from app.core.retirement import Retirement

F = TypeVar("F", bound=Callable[..., Any])

KEY = "Idempotency-Key"
IDEMPOTENCY_HEADER = {
    "in": "header",
    "name": KEY,
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    "description": "The same key with the same body has its effect once; keys are kept for 24 hours.",
}


def sent_key(scope: UUID | str, route: str) -> idempotency.Key:
    """The request's Idempotency-Key together with its body. Raises KeyRequired, KeyInvalid."""
    return idempotency.key_for(scope, route, request.headers.get(KEY), request.get_json(silent=True) or {})


def sent_secret_key(scope: str, route: str) -> idempotency.Key:
    """As `sent_key`, of who has no login and is told from others by nothing else. Raises KeyRequired, KeyInvalid."""
    return idempotency.secret_key_for(scope, route, request.headers.get(KEY), request.get_json(silent=True) or {})


def answer(body: Mapping[str, Any], status: int, *, replayed: bool = False) -> Response:
    """JSON with a status; a replay of an earlier request's effect says so."""
    response = jsonify(body)
    response.status_code = status
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


class Parser(FlaskParser):
    """Reads JSON by the application's own strict reader. What to do with unknown members is the schema's word in query strings too,
    which webargs would otherwise pass over.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": None}

    def _raw_load_json(self, req: Request) -> Any:
        """No body is like `{}`: what is required will be missed."""
        body = req.get_data()
        if not body:
            return missing
        try:
            return strict_json.read(body)
        except ValueError as error:
            raise Malformed(f"The body is not JSON that we can read: {error}") from error


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's, plus the problems a route may answer with."""

    ARGUMENTS_PARSER = Parser()

    def arguments(self, schema: Any, **kwargs: Any) -> Callable[[F], F]:
        """flask-smorest's. A schema given as a class is made once: webargs would make it and all its fields anew for each request."""
        made = schema() if isinstance(schema, type) else schema
        parse: Callable[[F], F] = super().arguments(made, **kwargs)
        return parse

    def problems(self, *statuses: int) -> Callable[[F], F]:
        """Documents that the route may answer with problem documents of these statuses."""

        def decorate(view: F) -> F:
            for status in statuses:
                view = self.alt_response(status, schema=Problem, content_type=MEDIA_TYPE)(view)
            return view

        return decorate

    def idempotent(self, view: F) -> F:
        """Documents the Idempotency-Key header; the view reads it."""
        documented: F = self.doc(parameters=[IDEMPOTENCY_HEADER])(view)
        return documented

    def conditional(self, view: F) -> F:
        """Documents the If-Match header, without which nothing is changed; the view reads it by `etag.seen`."""
        documented: F = self.problems(412, 428)(self.doc(parameters=[etag.HEADER])(view))
        return documented

    def deprecated(self, *, since: date, sunset: date, successor: str) -> Callable[[F], F]:
        """For a route on its way out: told in the document and with each answer, refusals too. Stands right below `route`.

        `successor`: the path of the new route, such as `/api/v2/things/{thing_id}`. Raises ValueError for a sunset that comes first.
        """
        retirement = Retirement(since, sunset, successor)

        def retire(view: F) -> F:
            @wraps(view)
            def retiring(*args: Any, **kwargs: Any) -> Any:
                after_this_request(retirement.tell)
                return view(*args, **kwargs)

            marked: F = self.doc(deprecated=True, **retirement.documented)(retiring)
            return marked

        def decorate(view: F) -> F:
            decorated: F = self._decorate_view_func_or_method_view(retire, view)
            return decorated

        return decorate
