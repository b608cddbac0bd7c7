"""Why money goes back, in the words that mails and reports know."""

PAID_TWICE = "paid_twice"
NO_ROOM = "no_room"
HOTEL_NOT_SELLING = "hotel_not_selling"
BOOKING_CANCELLED = "booking_cancelled"
REFUSED_IN_REVIEW = "refused_in_review"
