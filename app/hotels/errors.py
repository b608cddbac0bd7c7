"""What can go wrong with hotels, as clients see it."""

from app.core import db_errors
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class HotelNotFound(NotFound):
    """Also for hotels that the person who asks may not see."""

    title = "There is no such hotel"


class EmailNotVerified(Forbidden):
    code, title = "email_not_verified", "Verify your e-mail first: we send you a link on request"


class TooManyDrafts(Conflict):
    code, title = (
        "too_many_drafts",
        "You have begun as many hotels as one person may for now; wait until one is approved, or close one and wait a day",
    )


class OutsideNigeria(Invalid):
    """Also for a point whose latitude and longitude were swapped."""

    code, title = "outside_nigeria", "This point does not lie in Nigeria; latitude comes first"


class UnknownState(Invalid):
    code, title = "unknown_state", "Nigeria has no state of this name"


class UnknownTimeZone(Invalid):
    """Our list and the database's come from two machines, and may be of two years."""

    code, title = "unknown_time_zone", "This time zone is not known here; name a newer or more common one of the place"


class UnknownAmenity(Invalid):
    """`codes`: those that are not in the catalogue."""

    code, title = "unknown_amenity", "The catalogue has no such amenity"


class NotReady(Conflict):
    """`missing`: the items of the checklist that are not there."""

    code, title = "not_ready", "Some facts are missing"


class HotelIsOver(Conflict):
    """Rejected or closed: there is nothing left to change."""

    code, title = "hotel_is_over", "This hotel is rejected or closed; its facts and photos stay as they are"


class HasFutureBookings(Conflict):
    """`count`: bookings whose stay has not ended, and holds that live."""

    code, title = "has_future_bookings", "Guests are still to come; the hotel can be closed when the last has left"


class AlreadyMember(Conflict):
    code, title = "already_member", "This person is a member of the hotel already"


class LastHotelAdmin(Conflict):
    """`hotel_ids`, where several were asked for: those that would have none."""

    code, title = "last_hotel_admin", "A hotel keeps at least one admin; make somebody else one first"


class MemberNotFound(NotFound):
    title = "This person is no member of the hotel"


class InvitationNotFound(NotFound):
    title = "There is no such invitation"


class TooManyInvitations(Conflict):
    code, title = "too_many_invitations", "The hotel has as many open invitations as it may; withdraw one first"


class InvitedTooOften(TooMany):
    """Too much mail by one person, or to one address."""

    code, title = "invited_too_often", "Enough invitations were sent for now; the last link is good for seven days"


class NotYourInvitation(Forbidden):
    code, title = "not_your_invitation", "This invitation went to another address; log in with the account of that one"


db_errors.constraint_means("uq_hotels_slug", db_errors.Raced)
db_errors.constraint_means("uq_hotel_invitations_open", db_errors.Raced)
db_errors.constraint_means("pk_hotel_members", AlreadyMember)
