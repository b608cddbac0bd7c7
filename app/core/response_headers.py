"""What every answer says to browsers and caches, errors included: this is data, show it in no frame, keep it for nobody.

Around the whole application, so that no answer gets past, and cheap. By ourselves and not by a library: it is a table of constants,
and who reads it sees what is sent. Pages bring a policy of their own (`app/blueprints.py`, `app/payments/return_page.py`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The last one keeps another origin's page from holding our window; the policy keeps JSON from ever becoming a page.
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = ("Strict-Transport-Security", "max-age=31536000")
NO_STORE = ("Cache-Control", "no-store")
# With one of these an answer is somebody's own.
PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_BOOKING_TOKEN")


def around(application: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """The application, with these headers where a view has set none of the name. HSTS in production alone."""
    is_strict = settings.environment == "production"

    def complete(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            names = {name for name, _ in headers}
            added = [(name, value) for name, value in ALWAYS.items() if name not in names]
            if NO_STORE[0] not in names and not _is_for_all(environ, status):
                added.append(NO_STORE)
            if is_strict and environ["wsgi.url_scheme"] == "https":
                added.append(HSTS)
            return start_response(status, [*headers, *added], *error)

        return application(environ, start)

    return complete


def _is_for_all(environ: "WSGIEnvironment", status: str) -> bool:
    """A GET of a stranger that was answered: as public as the website that shows it."""
    is_public = environ["REQUEST_METHOD"] in {"GET", "HEAD"} and not any(name in environ for name in PERSONAL)
    return is_public and status < "4"
