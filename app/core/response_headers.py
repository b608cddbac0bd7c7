"""What every answer says to browsers and caches, errors included: this is data, show it in no frame, keep it for nobody.

Set by ourselves and not by a library: it is a table of constants, and who reads it sees what is sent. Pages, of which there are two,
bring a policy of their own (`app/blueprints.py`, `app/payments/return_page.py`).
"""

from flask import Flask, Response, request

from app.config import Settings

# The last one keeps another origin's page from holding our window; the policy keeps JSON from ever becoming a page.
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"
# With one of these an answer is somebody's own.
PERSONAL = ("Authorization", "Booking-Token")


def register(app: Flask, settings: Settings) -> None:
    """What a view has set itself stays."""
    wants_tls = settings.environment == "production"

    def complete(response: Response) -> Response:
        headers = response.headers
        for name, value in ALWAYS.items():
            if name not in headers:
                headers[name] = value
        if "Cache-Control" not in headers and not _is_for_all(response):
            headers["Cache-Control"] = "no-store"
        if wants_tls and request.is_secure:
            headers["Strict-Transport-Security"] = HSTS
        return response

    app.after_request(complete)


def _is_for_all(response: Response) -> bool:
    """A GET of a stranger that was answered: as public as the website that shows it."""
    is_public = request.method in {"GET", "HEAD"} and not any(name in request.headers for name in PERSONAL)
    return is_public and response.status_code < 400
