"""Which other origins' pages may call the API from a browser: those of `CORS_ORIGINS`, by their exact names, and without cookies.

There are none: who calls shows a token, which no browser adds by itself. So no answer allows credentials.
"""

from datetime import timedelta

from flask import Flask, Response
from flask_cors import CORS

from app.config import Settings
from app.core.api import PREFIX

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SENT = (
    "Authorization",
    "Booking-Token",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-Id",
)
SHOWN = (
    "Age",
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "WWW-Authenticate",
    "X-Pagination",
    "X-Request-Id",
)
ASKED_AGAIN_AFTER = timedelta(hours=2)  # the longest that Chromium keeps to


def register(app: Flask, settings: Settings) -> None:
    """Without origins nothing is installed: then pages of our own origin alone may call."""
    if not settings.cors_origins:
        return
    CORS(
        app,
        resources=rf"{PREFIX}/.*",
        origins=settings.cors_origins,
        methods=METHODS,
        allow_headers=SENT,
        expose_headers=SHOWN,
        max_age=ASKED_AGAIN_AFTER,
        # Else who sends no Origin, or one that is not in the list, would be told the whole list.
        always_send=False,
        # It would add its headers a second time: our errors pass where all answers pass.
        intercept_exceptions=False,
        vary_header=False,
    )
    app.after_request(_vary)


def _vary(response: Response) -> Response:
    """Also for those who got no permission: what a cache keeps of theirs is not for an origin that would."""
    response.headers.add("Vary", "Origin")
    return response
