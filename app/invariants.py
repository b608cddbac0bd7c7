"""The one list of all invariants, from the ground floor up: what the audit looks at."""

from app.bookings import invariants as bookings
from app.core import delivery_invariants as core
from app.core.invariants import Invariant
from app.erasure import invariants as erasure
from app.hotels import photo_invariants as photos
from app.mail import invariants as mail
from app.payments import invariants as payments
from app.rates import invariants as rates
from app.rooms import invariants as rooms

ALL: tuple[Invariant, ...] = (
    core.INVARIANTS
    + mail.INVARIANTS
    + photos.INVARIANTS
    + rooms.INVARIANTS
    + rates.INVARIANTS
    + bookings.INVARIANTS
    + payments.INVARIANTS
    + erasure.INVARIANTS
)
