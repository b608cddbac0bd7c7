"""What a realtime process does by itself: ends sockets whose time or right is over, tells hotels their number."""

import time
from collections.abc import Callable

from app.core.db import reading
from app.core.errors import AppError
from app.core.logging import logger
from app.realtime import queries, service
from app.realtime.hub import ROOT, Hub
from app.realtime.queries import Login
from app.realtime.rooms import hotel_room
from app.realtime.sockets import Socket

TOKENS_EVERY = 1.0
LOGINS_EVERY = 2.0
SILENT_EVERY = 2.0
NUMBERS_EVERY = 30.0
SILENT_AT_MOST = 10.0

log = logger(__name__)


def end_tokens(hub: Hub) -> None:
    """Puts out sockets whose token has ended; asks nobody, so that it also works while PostgreSQL is away."""
    now = time.time()
    for socket in hub.sockets.all():
        if socket.expires_at <= now:
            hub.put_out(socket, "token_expired")


def end_logins(hub: Hub) -> None:
    """Puts out the revoked and the suspended, and former members out of their hotels; one statement for all."""
    seen = [(socket, socket.session_id, frozenset(socket.hotels)) for socket in hub.sockets.all()]
    if not seen:
        return
    with reading() as session:
        logins = queries.find_logins(session, {session_id for _, session_id, _ in seen})
    for socket, session_id, hotels in seen:
        # A socket that has shown a newer token meanwhile is judged by that one, next time.
        if socket.session_id == session_id:
            _judge(hub, socket, logins.get(session_id), hotels)


def _judge(hub: Hub, socket: Socket, login: Login | None, hotels: frozenset[object]) -> None:
    if login is None or login.is_over:
        hub.put_out(socket, "session_ended")
    elif login.is_suspended:
        hub.put_out(socket, "account_suspended")
    elif not login.is_platform_admin:
        for hotel_id in socket.hotels & hotels - login.hotels:
            hub.expel(socket, hotel_id)


def tell_numbers(hub: Hub) -> None:
    """`hotel_seq` to the watchers of each hotel here, so that who missed an event knows; one statement for all."""
    hotels = hub.sockets.hotels()
    if not hotels:
        return
    with reading() as session:
        last = queries.find_last_seqs(session, hotels)
    for hotel_id in hotels:
        hub.tell(hotel_room(hotel_id), "hotel_seq", {"hotel_id": str(hotel_id), "seq": last.get(hotel_id, 0)})


def repeat_warnings(socket: Socket, hub: Hub) -> None:
    """To a socket that has just connected: what its person was warned of while he may have had none."""
    with hub.desk.turn():
        warnings = service.warnings_of(socket.user_id)
    for warning in warnings:
        hub.tell(socket.sid, warning.name, warning.payload)


class Silent:
    """Connections that never logged in, or whose socket was put out: Engine.IO alone would keep them for ever."""

    def __init__(self) -> None:
        self.since: dict[str, float] = {}

    def __call__(self, hub: Hub) -> None:
        now = time.monotonic()
        manager, carriers = hub.server.manager, hub.server.eio.sockets
        silent = [eio_sid for eio_sid in carriers if manager.sid_from_eio_sid(eio_sid, ROOT) is None]
        self.since = {eio_sid: self.since.get(eio_sid, now) for eio_sid in silent}
        for eio_sid, since in self.since.items():
            if now - since >= SILENT_AT_MOST:
                hub.server.eio.disconnect(eio_sid)
        for socket in hub.sockets.all():
            if hub.is_gone(socket.sid):
                hub.put_out(socket, "gone")


def go_round(hub: Hub, seconds: float, work: Callable[[Hub], None]) -> None:
    """Does the work every so many seconds, for ever; what goes wrong once is logged and tried again."""
    while True:
        time.sleep(seconds)
        once(hub, work)


def once(hub: Hub, work: Callable[[Hub], None]) -> None:
    """Does the work; errors are logged."""
    try:
        work(hub)
    except AppError as error:
        log.warning("round_skipped", code=error.code, detail=error.detail)
    except Exception:
        log.exception("round_failed")
