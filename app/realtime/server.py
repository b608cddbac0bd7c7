"""The Socket.IO server of a realtime process. Handlers answer codes, never exceptions; strangers get no connection."""

import gc
from collections.abc import Callable
from functools import partial
from typing import Any

import marshmallow as ma
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO

from app.auth.errors import TokenMissing
from app.config import Settings
from app.core.columns import new_id
from app.core.errors import AppError, Unavailable
from app.core.logging import context, logger
from app.realtime import commands, rounds
from app.realtime.carrier import LARGEST_MESSAGE, TextPacket, bound
from app.realtime.desk import Desk
from app.realtime.door import watch_the_door
from app.realtime.fan_out import FanOut
from app.realtime.hub import Hub
from app.realtime.identity import identify
from app.realtime.sockets import REFUSED, Socket
from app.realtime.sticky import name_after_proxy

PING_EVERY, PONG_WITHIN = 25, 20
GARBAGE = (50_000, 20, 100)
COMMANDS = {
    "join_hotel": commands.join_hotel,
    "leave_hotel": commands.leave_hotel,
    "authenticate": commands.authenticate,
}

log = logger(__name__)


def attach(app: Flask) -> None:
    """Serves Socket.IO beside the application, hears the relay, starts the rounds. gevent must have patched all."""
    settings: Settings = app.config["SETTINGS"]
    socketio, fan_out = SocketIO(manage_session=False), FanOut(settings.redis_url, settings.redis_prefix)
    socketio.init_app(app, client_manager=fan_out, **_options(settings))
    bound(socketio.server.eio)
    name_after_proxy(socketio.server.eio)
    watch_the_door(socketio.server, settings.sockets_per_address)
    hub = Hub(socketio.server, Desk(settings.database_pool_size))
    fan_out.on_return = partial(socketio.start_background_task, rounds.once, hub, rounds.tell_numbers)
    _register(socketio, hub)
    _start(socketio, hub)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "async_mode": "gevent",
        # One after the other: a client that sends faster than we answer waits for itself alone.
        "async_handlers": False,
        # None means the same origin; an empty list would mean any; in a list our own address must be named.
        "cors_allowed_origins": [*settings.cors_origins, settings.public_realtime_url]
        if settings.cors_origins
        else None,
        "cors_credentials": False,
        "ping_interval": PING_EVERY,
        "ping_timeout": PONG_WITHIN,
        "max_http_buffer_size": LARGEST_MESSAGE,
        "serializer": TextPacket,
        "transports": ["polling", "websocket"],
    }


def _start(socketio: SocketIO, hub: Hub) -> None:
    # Looking for garbage through all that lives stops every socket, and with a thousand of them open much lives for long.
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    # Else it would begin to listen at the first connection; until then the relay would find nobody and keep its events.
    socketio.server.manager_initialized = True
    socketio.server.manager.initialize()
    for seconds, work in (
        (rounds.TOKENS_EVERY, rounds.end_tokens),
        (rounds.LOGINS_EVERY, rounds.end_logins),
        (rounds.SILENT_EVERY, rounds.Silent()),
        (rounds.NUMBERS_EVERY, rounds.tell_numbers),
    ):
        socketio.start_background_task(rounds.go_round, hub, seconds, work)


def _register(socketio: SocketIO, hub: Hub) -> None:
    socketio.on_event("connect", lambda auth=None: _connect(hub, _sid(), auth))
    socketio.on_event("disconnect", lambda *_reason: _disconnect(hub, _sid()))
    for name, command in COMMANDS.items():
        socketio.on_event(name, _answering(hub, name, command))


def _sid() -> str:
    sid: str = request.sid  # type: ignore[attr-defined]
    return sid


def _connect(hub: Hub, sid: str, auth: Any) -> None:
    """Raises Refusal, which the client hears as `connect_error {message, data: {code}}`."""
    # A client may send an ordinary event named "connect": it must not become someone else.
    if hub.is_open(sid):
        return
    with context(request_id=str(new_id())):
        try:
            _admit(hub, sid, auth)
        except AppError as error:
            REFUSED.labels(error.code).inc()
            log.info("socket_refused", code=error.code)
            raise Refusal(error.title, {"code": error.code}) from error


def _admit(hub: Hub, sid: str, auth: Any) -> None:
    if not isinstance(auth, dict) or "token" not in auth:
        raise TokenMissing
    with hub.desk.turn():
        if hub.is_gone(sid):
            raise Unavailable
        identity = identify(auth["token"])
    person = identity.person
    socket = Socket(sid, person.user_id, person.session_id, identity.expires_at)
    hub.admit(socket)
    hub.server.start_background_task(rounds.once, hub, partial(rounds.repeat_warnings, socket))
    log.info("socket_opened", user_id=str(person.user_id))


def _disconnect(hub: Hub, sid: str) -> None:
    # Neither may an ordinary event named "disconnect" hide an open socket from the rounds.
    if hub.is_open(sid):
        return
    socket = hub.sockets.drop(sid)
    if socket is not None:
        log.info("socket_closed", user_id=str(socket.user_id))


def _answering(
    hub: Hub, name: str, command: Callable[[Hub, Socket, Any], dict[str, Any]]
) -> Callable[..., dict[str, Any]]:
    """The command as a handler: whatever is sent, the answer is `{ok: true, …}` or `{ok: false, code}`."""

    def answer(*payload: Any) -> dict[str, Any]:
        socket = hub.sockets.find(_sid())
        if socket is None:
            return {"ok": False, "code": "disconnected"}
        with context(request_id=str(new_id()), user_id=str(socket.user_id), command=name):
            code, answered = _run(command, hub, socket, payload)
        return {"ok": True, **answered} if code is None else {"ok": False, "code": code}

    return answer


def _run(
    command: Callable[[Hub, Socket, Any], dict[str, Any]], hub: Hub, socket: Socket, payload: tuple[Any, ...]
) -> tuple[str | None, dict[str, Any]]:
    """The code of what went wrong, if anything did, and the answer."""
    code, answered = None, {}
    try:
        answered = command(hub, socket, payload[0] if len(payload) == 1 else None)
    except ma.ValidationError:
        code = "invalid"
    except AppError as error:
        code = error.code
    except Exception:
        log.exception("command_failed")
        code = "internal_error"
    log.info("command", code=code or "ok")
    return code, answered
