"""Why money goes back, in the words that mails and reports know."""

from app.bookings.jobs import WhyBack

PAID_TWICE = "paid_twice"
NO_ROOM = "no_room"
HOTEL_NOT_SELLING = "hotel_not_selling"
BOOKING_CANCELLED = "booking_cancelled"
CHANGE_LAPSED = "change_lapsed"
REFUSED_IN_REVIEW = "refused_in_review"

# The mail about the cancellation, or about the change, has told the amount already.
TOLD_BEFORE = frozenset({WhyBack.CANCELLATION, WhyBack.CHANGE})
