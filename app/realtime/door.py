"""How many connections one address may have open here, logged in or not.

Whoever does not log in is not known by name, and each of his connections costs memory and a greenlet for ten seconds.
"""

import json
from typing import Any

import socketio

from app.core.logging import logger
from app.realtime.errors import TooManySockets
from app.realtime.sockets import REFUSED

log = logger(__name__)


def watch_the_door(server: socketio.Server, most: int) -> None:
    """From now on an address that has `most` connections gets no other: 429 with our code, before any upgrade."""
    engine = server.eio
    greet = engine.handlers["connect"]

    def admit(eio_sid: str, environ: dict[str, Any]) -> Any:
        if _open_from(server, environ["REMOTE_ADDR"]) < most:
            return greet(eio_sid, environ)
        REFUSED.labels(TooManySockets.code).inc()
        log.info("carrier_refused", code=TooManySockets.code)
        return False

    engine.on("connect", admit)
    # The library knows 401 alone, which would ask a client to log in anew.
    engine._unauthorized = _too_many


def _open_from(server: socketio.Server, address: str) -> int:
    """Counted anew each time: what is counted cannot drift from what is open."""
    addresses = [server.environ[eio_sid]["REMOTE_ADDR"] for eio_sid in server.eio.sockets if eio_sid in server.environ]
    return addresses.count(address)


def _too_many(_reason: object) -> dict[str, Any]:
    """An answer as Engine.IO gives them to its WSGI side."""
    problem = {"title": TooManySockets.title, "status": 429, "code": TooManySockets.code}
    body = json.dumps(problem).encode()
    # Who asks for an upgrade reads a body only if its length is told.
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body))), ("Retry-After", "10")]
    return {"status": "429 TOO MANY REQUESTS", "headers": headers, "response": body}
