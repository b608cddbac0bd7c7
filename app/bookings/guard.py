"""Who asks about a booking in this request."""

from flask import request

from app.auth.errors import TokenMissing
from app.auth.guard import principal_or_none
from app.bookings.asker import Asker, Booker
from app.core import address

HEADER = "Booking-Token"


def asker() -> Asker:
    """A person, a token, or both. Raises the 401s of `auth.errors`: when neither was sent, and for a login that is no good."""
    found = Asker(principal_or_none(), request.headers.get(HEADER, "").strip() or None)
    if found.person is None and found.token is None:
        raise TokenMissing(f"Log in, or send the booking's token as {HEADER}")
    return found


def booker() -> Booker:
    """A person or anybody. Raises the 401s of `auth.errors` for a login that is no good."""
    person = principal_or_none()
    return Booker(person.user_id if person else None, client_address())


def client_address() -> str | None:
    """From where the request came."""
    return address.of_client(request.remote_addr)
