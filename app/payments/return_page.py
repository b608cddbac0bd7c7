"""The page to which the checkout sends the browser: a word about the payment, looked at again every few seconds while it may change."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template_string

from app.payments.present import state_after_return

REFRESH_SECONDS = 3
STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}h1{font-size:1.5rem}"
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
CHANGING = frozenset({"processing", "refunding"})

WORDS = {
    "processing": (
        "We are checking your payment",
        "This page looks again by itself. You may also close it: we write to you.",
    ),
    "confirmed": ("Your booking is confirmed", "We have sent you a mail with everything you need."),
    "refunding": ("Your money is on its way back", "Your bank may need 3 to 10 working days. We have written to you."),
    "refunded": ("Your money went back", "It is with your bank."),
    "failed": ("The payment did not go through", "Nothing was taken. You can try again while your rooms are held."),
    "expired": ("The time to pay has ended", "Nothing was taken. Please book again."),
    "cancelled": ("This booking is cancelled", "Nothing was taken."),
    "unknown": ("We do not know this payment", "Please open the address exactly as the payment page sent you to it."),
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">{% if refresh %}<meta http-equiv="refresh" content="{{ refresh }}">{% endif %}
<title>{{ title }}</title><style>{{ style|safe }}</style></head>
<body><main><h1>{{ title }}</h1><p>{{ text }}</p>{% if booking %}<p>Booking {{ booking }}</p>{% endif %}</main></body></html>
"""


def of_payment(row: Mapping[str, Any]) -> Response:
    """`row` of `queries.shown`."""
    state = state_after_return(row)
    return _page(state, 200, booking=row["booking_reference"])


def of_nothing() -> Response:
    """For a reference that is not ours."""
    return _page("unknown", 404, booking=None)


def _page(state: str, status: int, *, booking: str | None) -> Response:
    title, text = WORDS[state]
    refresh = REFRESH_SECONDS if state in CHANGING else None
    body = render_template_string(PAGE, title=title, text=text, booking=booking, refresh=refresh, style=STYLE)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(body, status, headers=headers, mimetype="text/html")
