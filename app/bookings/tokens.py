"""The token of a booking made without an account: whoever shows it may read, pay, change and cancel this one booking.

It is made from the booking's id and the version of its token by a key of our own. So nothing that is stored opens a booking, a repeated
request is answered with the same token, and each mail can carry it. The next version is another token, and the one before opens nothing;
a booking without a version has none.
"""

import base64
import hmac
from uuid import UUID

from app.config import settings

PURPOSE = b"smartstay booking token"
FIRST_VERSION = 1


def token_of(booking_id: UUID, version: int) -> str:
    """43 characters of URL-safe base64: the 32 bytes of an HMAC-SHA256."""
    made = hmac.digest(_key(), booking_id.bytes + version.to_bytes(4, "big"), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def opens(token: str, booking_id: UUID, version: int | None) -> bool:
    """Whether this is the booking's token; it takes as long for a wrong one."""
    return version is not None and hmac.compare_digest(token.encode(), token_of(booking_id, version).encode())


def _key() -> bytes:
    """Apart from the secret that signs access tokens, which is read as text and never signs bytes like these."""
    return hmac.digest(settings().secret_key.get_secret_value().encode(), PURPOSE, "sha256")
