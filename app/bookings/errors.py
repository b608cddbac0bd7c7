"""What a booking may be refused for."""

from app.core import db_errors
from app.core.errors import Conflict, Gone, IllegalTransition, Invalid, TooMany


class HoldExpired(Gone):
    code, title = "hold_expired", "The hold has ended and the rooms may be gone; book again"


class PriceChanged(Conflict):
    """`quote`: what it costs now."""

    code, title = "price_changed", "The price is not what you expected"


class TooManyHolds(TooMany):
    code, title = "too_many_holds", "You hold enough rooms already; pay or cancel one first"


class TooManyUnpaid(TooMany):
    code, title = (
        "too_many_unpaid_bookings",
        "You have enough stays to come that are to be paid at the hotel; pay one now",
    )


class TooManyLookups(TooMany):
    code, title = "too_many_lookups", "This was tried too often; wait, or use the link in our mail"


class PhoneRequired(Invalid):
    title = "Without an account we need a telephone number"


class AlreadyPaid(IllegalTransition):
    code, title = "booking_is_paid", "This booking is paid"


class PreviewOutdated(Conflict):
    """The token promises nothing any more: its time is up, the booking has changed, or it is another booking's."""

    code, title = "preview_outdated", "What this preview promised does not hold any more; ask for it again"


class StayHasBegun(Conflict):
    code, title = "stay_has_begun", "The stay has begun; ask the hotel"


class NothingToWaive(Conflict):
    """`penalty_amount`: what is left of the penalty, in kobo."""

    code, title = "nothing_to_waive", "The penalty is no more than that"


class NothingChanges(Invalid):
    code, title = "nothing_changes", "The booking is like that already"


class UnknownBookingRoom(Invalid):
    """`booking_room_id`: which one."""

    code, title = "unknown_booking_room", "This booking has no such room"


class NotChangeable(Conflict):
    code, title = "not_changeable", "A booking is changed while it is confirmed, until the day of its check-in begins"


db_errors.constraint_means("uq_bookings_reference", db_errors.Raced)
