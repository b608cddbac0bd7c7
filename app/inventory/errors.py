"""Why something cannot be done to a hotel's rooms, as clients see it."""

from app.core import db_errors
from app.core.errors import Conflict, IllegalTransition, Invalid


class OccupancyImpossible(Invalid):
    code, title = "impossible_occupancy", "base_occupancy and max_adults are at most max_occupancy"


class CapacityBelowBooking(Conflict):
    """`count`: rooms that are booked for more people; `bookings`: the first of them."""

    code, title = "capacity_below_booking", "Guests are to come who would not fit any more"


class RoomTypeInUse(Conflict):
    """`rooms`: living ones of the type; `bookings`: to come."""

    code, title = "room_type_in_use", "The type has rooms, or guests to come; retire its rooms first"


class TooManyRoomTypes(Conflict):
    code, title = "too_many_room_types", "A hotel has only so many room types; retire one first"


class TooManyRooms(Conflict):
    code, title = "too_many_rooms", "A hotel has only so many rooms"


class UnknownRoom(Invalid):
    """`room_ids`: those that the hotel does not have."""

    code, title = "unknown_room", "The hotel has no such room"


class RoomNumberTaken(Conflict):
    """`numbers`: those that another room has, or that were named twice."""

    code, title = "room_number_taken", "Each room of a hotel has a number of its own"


class RoomHasStays(Conflict):
    """`count`: stays and blocks from today on; `stays`: the first of them, as in `room_in_use`."""

    code, title = "room_has_stays", "Somebody is to sleep in this room, or it is blocked"


class RoomIsOccupied(Conflict):
    code, title = "room_is_occupied", "Somebody is in this room now"


class RoomInUse(Conflict):
    """`count`: stays and blocks in the way; `stays`: the first of them."""

    code, title = "room_in_use", "A room is taken on one of these nights"


class BlockInPast(Invalid):
    code, title = "block_in_past", "What is over cannot be blocked or given back"


class BlockInvalid(Invalid):
    code, title = "invalid_block", "A block has 1 to 1,096 nights: `to` comes after `from`"


class BlockIsOver(Conflict):
    code, title = "block_is_over", "This block has ended; it stays as it was"


class RoomInMaintenance(Conflict):
    """The room itself is under repair: housekeeping ends both at once."""

    code, title = (
        "room_in_maintenance",
        "The room is in maintenance; say first that it is repaired, and this block ends",
    )


class CheckInRequired(IllegalTransition):
    code, title = "check_in_required", "A room becomes occupied by checking its guest in, and by nothing else"


db_errors.constraint_means("uq_rooms_living_number", RoomNumberTaken)
