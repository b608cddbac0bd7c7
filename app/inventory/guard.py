"""Who may do something to a thing that the path names without its hotel."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core.db import reading
from app.core.errors import NotFound
from app.inventory import queries

HOTEL_OF: Mapping[str, Callable[[Session, UUID], UUID | None]] = {
    "room_type_id": queries.find_hotel_of_type,
    "room_id": queries.find_hotel_of_room,
    "block_id": queries.find_hotel_of_block,
}


def allow_at(verb: Verb, name: str) -> None:
    """Raises the 401s of `auth.errors`; NotFound for what is not there and for strangers to its hotel, who cannot tell; Forbidden."""
    person, thing = principal(), (request.view_args or {})[name]
    with reading() as session:
        hotel_id = HOTEL_OF[name](session, thing)
    if hotel_id is None:
        raise NotFound
    permissions.require(person, verb, hotel_id)
