"""Why a person cannot be erased yet."""

from app.core.errors import Conflict


class HasOpenBookings(Conflict):
    """`references`: the bookings that are not over, or whose money is not where it belongs."""

    code, title = "has_open_bookings", "Your bookings are not over yet, or money is still on its way"
