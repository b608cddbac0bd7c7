"""A blueprint whose decorators write themselves into the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask_smorest

from app.core.api import Problem
from app.core.problem import MEDIA_TYPE

F = TypeVar("F", bound=Callable[..., Any])

IDEMPOTENCY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    "description": "The same key with the same body has its effect once; keys are kept for 24 hours.",
}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """flask-smorest's, plus the problems a route may answer with."""

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
