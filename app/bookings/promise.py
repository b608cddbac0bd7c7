"""The token of a cancellation's preview: it promises what cancelling costs, for some minutes, for one booking as it is.

Nothing is stored. The token holds the kobo and the instant of its end, signed together with the booking's state by a key of our own: when
the booking has changed, the signature fits no more.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

from app.bookings.errors import PreviewOutdated
from app.config import settings

PURPOSE = b"smartstay cancellation preview"
STATE = (
    "id",
    "revision",
    "status",
    "total_amount",
    "paid_amount",
    "returned_amount",
    "forfeited_amount",
    "least_penalty",
)
PROMISE, SIGNED = Struct(">qq"), 32
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def token_of(row: Mapping[str, Any], penalty: int, valid_until: datetime) -> str:
    """64 characters of URL-safe base64. `row`: of `queries.rendered`; `penalty`: kobo."""
    promise = PROMISE.pack(penalty, (valid_until - EPOCH) // MICROSECOND)
    return base64.urlsafe_b64encode(promise + _signature(row, promise)).decode()


def promised(token: str, row: Mapping[str, Any]) -> int:
    """The kobo that the token promises for this booking as it is now. Raises PreviewOutdated for whatever promises nothing."""
    try:
        read = base64.b64decode(token.encode(), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise PreviewOutdated from error
    promise, signature = read[: PROMISE.size], read[PROMISE.size :]
    if len(read) != PROMISE.size + SIGNED or not hmac.compare_digest(signature, _signature(row, promise)):
        raise PreviewOutdated
    penalty, until = PROMISE.unpack(promise)
    if row["server_now"] >= EPOCH + until * MICROSECOND:
        raise PreviewOutdated
    return int(penalty)


def _signature(row: Mapping[str, Any], promise: bytes) -> bytes:
    state = "|".join(str(row[name]) for name in STATE).encode()
    key = hmac.digest(settings().secret_key.get_secret_value().encode(), PURPOSE, "sha256")
    return hmac.digest(key, promise + state, "sha256")
