"""Errors as RFC 9457 problem documents: one shape for everything that can go wrong, with a stable `code` and the `request_id`."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.core.errors import AppError
from app.core.logging import current_request_id, logger

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "validation_error",
    428: "precondition_required",
    429: "too_many_requests",
    503: "unavailable",
}

log = logger(__name__)


def problem(status: int, code: str, title: str, extra: Mapping[str, Any] | None = None) -> Response:
    """The document as a response."""
    document = {"type": "about:blank", "title": title, "status": status, "code": code, "instance": request.path}
    document |= {"request_id": current_request_id()} | dict(extra or {})
    return Response(orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS), status, mimetype=MEDIA_TYPE)


def register(app: Flask) -> None:
    """Ours, the framework's and the unexpected: all become problem documents."""
    app.register_error_handler(AppError, _expected)
    app.register_error_handler(HTTPException, _from_framework)
    app.register_error_handler(Exception, _unexpected)


def _expected(error: AppError) -> Response:
    extra = {"detail": error.detail, **error.extra}
    response = problem(error.status, error.code, error.title, extra)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status >= 500:
        log.warning("request_refused", code=error.code, detail=error.detail)
    return response


def _from_framework(error: HTTPException) -> Response:
    status = error.code or 500
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    extra: dict[str, Any] = {"detail": error.description} if error.description else {}
    if messages := data.get("messages"):
        extra["errors"] = messages
    response = problem(status, CODES.get(status, "http_error"), error.name, extra)
    for name, value in _headers(error, data):
        response.headers[name] = value
    return response


def _headers(error: HTTPException, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    methods: list[str] = getattr(error, "valid_methods", None) or []
    allow = [("Allow", ", ".join(methods))] if methods else []
    return [*allow, *dict(data.get("headers") or {}).items()]


def _unexpected(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return problem(500, "internal_error", "Something went wrong on our side")
