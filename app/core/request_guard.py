"""What a request must be before anyone looks into it: named, of bounded size, and JSON that means one thing."""

import re
import time
from typing import Any

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.columns import new_id
from app.core.errors import NotJson
from app.core.logging import logger
from app.core.metrics import REQUESTS

MAX_BODY = 64 * 1024
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
NOT_JSON_ALLOWED = frozenset({"auth.token"})

log = logger("app.request")


class OrjsonProvider(JSONProvider):
    """JSON by orjson: refuses NaN, lone surrogates, depth above 1,024; knows UUIDs, dates and instants."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs), option=orjson.OPT_UTC_Z)
        return Response(body, mimetype="application/json")


def register(app: Flask) -> None:
    """Installs the checks and the request's log line."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_name_request)
    app.before_request(_refuse_other_media)
    app.after_request(_tell)


def _name_request() -> None:
    """The client's X-Request-Id when it is sane, else one of ours; it goes into every line, job and vendor call that follows."""
    sent = request.headers.get("X-Request-Id", "")
    clear_contextvars()
    g.request_id = sent if REQUEST_ID.fullmatch(sent) else str(new_id())
    g.began = time.monotonic()
    bind_contextvars(request_id=g.request_id)


def _refuse_other_media() -> None:
    if request.method not in {"POST", "PUT", "PATCH"} or request.endpoint in NOT_JSON_ALLOWED:
        return
    if request.endpoint and request.endpoint.startswith("webhooks."):
        return
    if request.content_length and not request.is_json:
        raise NotJson


def _tell(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    seconds = time.monotonic() - g.get("began", time.monotonic())
    route = str(request.url_rule) if request.url_rule else "unmatched"
    REQUESTS.labels(request.method, route, response.status_code).observe(seconds)
    log.info(
        "request",
        method=request.method,
        route=route,
        path=request.path,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    return response
