"""What can be wrong with a room."""

from app.core import db_errors
from app.core.errors import Conflict, Invalid, NotFound
from app.rooms.models import NO_OVERLAP


class RoomTaken(Conflict):
    """`offers`: up to three other rooms of the same hotel for the same stay."""

    code, title = "room_taken", "This room is no longer free for these nights"


class RoomTypeNotFound(NotFound):
    title = "There is no such room type"


class UnknownRoomType(Invalid):
    """`room_type_id`: which one."""

    code, title = "unknown_room_type", "This hotel has no such room type"


class RoomNotFound(NotFound):
    title = "There is no such room"


class BlockNotFound(NotFound):
    title = "There is no such block"


db_errors.constraint_means(NO_OVERLAP, RoomTaken)
db_errors.waiting_for_means("rooms", RoomTaken)
