"""What a request must be before anyone looks into it: named, of bounded size, and JSON that means one thing."""

import re
import time
from typing import Any

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from structlog.contextvars import bind_contextvars, clear_contextvars
from werkzeug.exceptions import RequestEntityTooLarge

from app.core import audit_trail, strict_json
from app.core.columns import new_id
from app.core.errors import Malformed, NotFound, NotJson
from app.core.logging import logger
from app.core.metrics import REQUESTS

MAX_BODY = 64 * 1024
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FORMS = frozenset({"auth.token"})
UTF_8 = frozenset({"utf-8", "utf8"})
SIGNED_BYTES = "webhooks."  # read as they came: a signature is over the very bytes
IDS = re.compile(r".*_id|(.*_)?reference")

log = logger("app.request")


class OrjsonProvider(JSONProvider):
    """JSON by orjson, which knows UUIDs, dates and instants; strict in what it reads."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return strict_json.read(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs), option=orjson.OPT_UTC_Z)
        return Response(body, mimetype="application/json")


def register(app: Flask) -> None:
    """Installs the request's name and its log line."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_name_request)
    app.after_request(_tell)


def refuse_what_is_odd(app: Flask) -> None:
    """Installs the checks, apart from the name: what counts requests stands between them, for odd ones count as well."""
    app.before_request(_refuse_odd_paths)
    app.before_request(_refuse_odd_bodies)


def _name_request() -> None:
    """The client's X-Request-Id when it is sane, else one of ours; it goes into every line, job and vendor call that follows, and so
    do the ids in the path, so that one booking's lines can be found.
    """
    sent = request.headers.get("X-Request-Id", "")
    clear_contextvars()
    audit_trail.came_from(request.remote_addr)
    g.request_id = sent if REQUEST_ID.fullmatch(sent) else str(new_id())
    g.began = time.monotonic()
    named = {name: str(value) for name, value in (request.view_args or {}).items() if IDS.fullmatch(name)}
    bind_contextvars(**named, request_id=g.request_id)


def _refuse_odd_paths() -> None:
    if "\x00" in request.path:  # PostgreSQL has no text with NUL, so nothing is called so
        raise NotFound


def _refuse_odd_bodies() -> None:
    if request.routing_exception is not None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if _is_too_long():
        raise RequestEntityTooLarge
    if _is_cut_off():
        raise Malformed("The body ends before its end")
    endpoint = request.endpoint or ""
    if request.get_data() and not endpoint.startswith(SIGNED_BYTES):
        _refuse_other_media(endpoint)


def _is_too_long() -> bool:
    """A body that does not say its length is read up to the most we take, and would then be taken for whole."""
    if request.content_length is None:
        return len(request.get_data()) >= MAX_BODY
    return request.content_length > MAX_BODY


def _is_cut_off() -> bool:
    """Of a client who is gone the server hands on what has come, or nothing, as if that were all. And nothing means `{}`."""
    if request.content_length is None:
        return "Transfer-Encoding" in request.headers and not request.get_data()
    return len(request.get_data()) < request.content_length


def _refuse_other_media(endpoint: str) -> None:
    """Compressed bodies are refused unseen: a few kilobytes of them may be gigabytes. JSON is JSON, no kin of it, in UTF-8."""
    packed = request.headers.get("Transfer-Encoding", "chunked").lower() != "chunked"
    if packed or request.content_encoding not in {None, "", "identity"}:
        raise NotJson("Send the body as it is, without an encoding")
    wanted = FORM if endpoint in FORMS else JSON
    if request.mimetype != wanted or request.mimetype_params.get("charset", "utf-8").lower() not in UTF_8:
        raise NotJson(f"Send {wanted} in UTF-8")


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
