"""Who asks about a booking, and whose it is: what the policies judge by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.auth.principal import Principal
from app.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class Asker:
    """A person who is logged in, whoever shows a booking's token, or both in one. A token proves nothing before a policy has looked."""

    person: Principal | None = None
    token: str | None = field(default=None, repr=False)

    @property
    def scope(self) -> str:
        """Whose Idempotency-Keys his are: the person's, else the token's. So who shows a wrong token meets nobody's keys."""
        return str(self.person.user_id) if self.person else hashlib.sha256((self.token or "").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Booker:
    """Who books. `user_id`: none = without an account; `address`: from where, as `core.address` tells it."""

    user_id: UUID | None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """`user_id`: none = booked without an account. `token_version`: none = no token opens it."""

    booking_id: UUID
    user_id: UUID | None
    hotel_id: UUID
    token_version: int | None


def whose(booking: Booking) -> Whose:
    """Whose a booking is."""
    return Whose(booking.id, booking.user_id, booking.hotel_id, booking.token_version)


def whose_row(row: Mapping[str, Any]) -> Whose:
    """The same of a row with `booking_id`, `user_id`, `hotel_id` and `token_version`."""
    return Whose(row["booking_id"], row["user_id"], row["hotel_id"], row["token_version"])
