"""Who may do what with a booking."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.auth.permissions import Verb, may
from app.bookings import tokens
from app.bookings.asker import Asker, Whose
from app.bookings.errors import StayHasBegun
from app.bookings.models import BookingStatus


def owns(asker: Asker, booking: Whose) -> bool:
    """Whether it is his own booking: by his login, else by the token he shows."""
    return acting_user(asker, booking) is not None or _opens(asker, booking)


def acting_user(asker: Asker, booking: Whose) -> UUID | None:
    """The person to whom the booking belongs, if it is he who asks; the login counts before a token that was sent with it."""
    person = asker.person
    return person.user_id if person is not None and person.user_id == booking.user_id else None


def can_see(asker: Asker, booking: Whose) -> bool:
    """The guest himself, the hotel's people, the platform's."""
    works_there = asker.person is not None and may(asker.person, Verb.SEE_BOOKINGS, booking.hotel_id)
    return works_there or owns(asker, booking)


def _opens(asker: Asker, booking: Whose) -> bool:
    return asker.token is not None and tokens.opens(asker.token, booking.booking_id, booking.token_version)


def refuse_begun(row: Mapping[str, Any]) -> None:
    """A guest gives up a stay until the day of his check-in is over at the hotel; from then on the hotel knows whether he came.

    `row`: of `queries.rendered`. Raises StayHasBegun.
    """
    if has_begun(row):
        raise StayHasBegun


def has_begun(row: Mapping[str, Any]) -> bool:
    """Whether the first night is over on the hotel's wall, of a booking that stands."""
    return bool(row["status"] == BookingStatus.CONFIRMED and row["hotel_today"] > row["check_in"])


def can_change(row: Mapping[str, Any]) -> bool:
    """A booking that stands is changed until the day of its check-in begins at the hotel."""
    return bool(row["status"] == BookingStatus.CONFIRMED and row["hotel_today"] < row["check_in"])


def actions(row: Mapping[str, Any], *, is_payable: bool) -> list[str]:
    """What the guest can do now. `is_payable`: something waits for his payment and may be paid."""
    found = ["pay"] if is_payable else []
    if row["status"] == BookingStatus.PENDING_PAYMENT or (
        row["status"] == BookingStatus.CONFIRMED and not has_begun(row)
    ):
        found.append("cancel")
    return [*found, "change"] if can_change(row) else found
