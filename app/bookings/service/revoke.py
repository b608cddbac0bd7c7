"""A booking's link fell into the wrong hands."""

from sqlalchemy import text

from app.bookings.reference import as_written
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.logging import logger

REVOKE = text("""
UPDATE bookings SET token_version = token_version + 1 WHERE reference = :reference AND token_version IS NOT NULL RETURNING id
""")

log = logger(__name__)


def token_of(reference: str) -> None:
    """The token that is about opens nothing any more; the next mail carries another. Raises NotFound for a booking without a token."""
    with transaction() as session:
        booking_id = session.scalar(REVOKE, {"reference": as_written(reference)})
    if booking_id is None:
        raise NotFound("There is no booking of this reference with a token")
    log.info("booking_token_revoked", booking=as_written(reference), booking_id=str(booking_id))
