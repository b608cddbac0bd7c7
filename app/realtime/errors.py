"""Why a socket or one of its commands is refused; clients branch on the codes."""

from app.core.errors import Forbidden, TooMany


class TooManySockets(TooMany):
    code, title = "too_many_sockets", "You have too many connections open"


class NotYourHotel(Forbidden):
    """Also for hotels that do not exist: a stranger learns nothing."""

    title = "Only its own people may watch a hotel"


class OtherUser(Forbidden):
    title = "A socket stays with the person who opened it"
