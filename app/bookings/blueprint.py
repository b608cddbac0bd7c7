"""A blueprint that also lets in who shows a booking's token, and says so in the OpenAPI document."""

from collections.abc import Callable
from typing import Any, TypeVar

from app.auth import blueprint
from app.bookings import guard

F = TypeVar("F", bound=Callable[..., Any])

SCHEME = "booking_token"
SECURITY_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": guard.HEADER,
    "description": "The token of a booking made without an account: it reads, pays, changes and cancels this booking alone.",
}


class Blueprint(blueprint.Blueprint):
    """That of auth, plus `login_or_booking_token`."""

    def login_or_booking_token(self, view: F) -> F:
        """Lets in who is logged in or sends a token; whether it opens the booking is for the policies. `guard.asker()` tells who it is."""
        return self._asking(guard.asker, [*blueprint.EITHER, {SCHEME: []}], self.problems(401))(view)
