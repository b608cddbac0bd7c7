"""What can go wrong with hotels, as clients see it."""

from app.core.errors import NotFound


class HotelNotFound(NotFound):
    """Also for hotels that the person who asks may not see."""

    title = "There is no such hotel"
