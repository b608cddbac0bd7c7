"""What the application is plugged into."""

from flask import Flask

from app import rate_limits
from app.auth import tokens
from app.bookings import blueprint as booking_token
from app.config import Settings
from app.core import boot_check, cors, db, logging, problem, redis_client, request_guard
from app.core.api import PREFIX, ProblemApi
from app.realtime import server as realtime

ABOUT = """
Amounts are integer kobo, instants RFC 3339 in UTC, dates `YYYY-MM-DD`. Errors are RFC 9457 problem documents; branch on `code`.
Bodies are `application/json` in UTF-8, at most 64 KiB, without members that a route does not know.

Requests are limited by class of route: `RateLimit-Policy: "read";q=100;w=60` says how many in how many seconds, `RateLimit:
"read";r=57;t=23` how many are left for so many seconds. Too many are 429 `too_many_requests` with `Retry-After`. 503 has one too.

Answers may gain members: pass over what you do not know. A route on its way out says so by `Deprecation`, `Sunset` and `Link`.
"""
API = {
    "API_TITLE": "SmartStay",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {"info": {"description": ABOUT.strip()}},
    "OPENAPI_URL_PREFIX": PREFIX,
    "OPENAPI_JSON_PATH": "openapi.json",
}
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "oauth2": {"type": "oauth2", "flows": {"password": {"tokenUrl": f"{PREFIX}/auth/token", "scopes": {}}}},
    booking_token.SCHEME: booking_token.SECURITY_SCHEME,
}


def init(app: Flask, settings: Settings) -> ProblemApi:
    """Logs, database, Redis, the edge, tokens, errors and the API, in the order in which they need each other."""
    boot_check.refuse_wrong_process(settings.process)
    logging.configure(settings.log_level, settings.process)
    db.connect(settings)
    redis_client.connect(settings.redis_url, settings.redis_prefix)
    request_guard.register(app)
    cors.register(app, settings)
    rate_limits.register(app)
    request_guard.refuse_what_is_odd(app)
    problem.register(app)
    tokens.init_app(app)
    if settings.process == "realtime":
        realtime.attach(app)
    return _api(app)


def _api(app: Flask) -> ProblemApi:
    app.config.update(API)
    api = ProblemApi(app)
    for name, scheme in SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    return api
