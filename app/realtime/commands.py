"""What a client may ask for over its socket: members of `{ok: true, …}`, or the error of `{ok: false, code}`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.auth.permissions import Verb, may
from app.core.clock import rfc3339
from app.realtime import service
from app.realtime.errors import NotYourHotel, OtherUser
from app.realtime.hub import Hub
from app.realtime.identity import identify, living
from app.realtime.schemas import LARGEST_SEQ, Handshake, Unwatch, Watch
from app.realtime.sockets import Socket


def join_hotel(hub: Hub, socket: Socket, payload: Any) -> dict[str, Any]:
    """The room first, then the log: an event that is committed in between comes both ways, and none falls between.

    Answers `seq` (the number to go on after), `events` after `after` (none without it), at most 500, and `more`.
    """
    wish = Watch().load(payload)
    hotel_id, after = wish["hotel_id"], wish["after"]
    if not may(living(socket.session_id, socket.user_id), Verb.WATCH_HOTEL, hotel_id):
        raise NotYourHotel
    with _watching(hub, socket, hotel_id):
        return asdict(service.events_after(hotel_id, LARGEST_SEQ if after is None else after))


def leave_hotel(hub: Hub, socket: Socket, payload: Any) -> dict[str, Any]:
    """Also when the hotel was not watched."""
    hub.unwatch(socket, Unwatch().load(payload)["hotel_id"])
    return {}


def authenticate(_hub: Hub, socket: Socket, payload: Any) -> dict[str, Any]:
    """A newer token of the same person keeps the socket open until that token's end."""
    identity = identify(Handshake().load(payload)["token"])
    if identity.person.user_id != socket.user_id:
        raise OtherUser
    socket.session_id, socket.expires_at = identity.person.session_id, identity.expires_at
    return {"expires_at": rfc3339(datetime.fromtimestamp(identity.expires_at, UTC))}


@contextmanager
def _watching(hub: Hub, socket: Socket, hotel_id: UUID) -> Iterator[None]:
    """In the room; out again when the join fails, unless the socket was in it before."""
    watched_before = hotel_id in socket.hotels
    hub.watch(socket, hotel_id)
    try:
        yield
    except BaseException:
        if not watched_before:
            hub.unwatch(socket, hotel_id)
        raise
