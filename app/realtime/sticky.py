"""Ids that say which process knows them, so that a proxy in front of several brings every request of a connection to the same one.

The proxy gives each handshake a random key, chooses the process by it and sends it along. The key becomes the beginning
of the connection's id; later requests carry the id, so the proxy finds the key there and chooses as before. Clients do
nothing for it: browsers on other origins keep no cookie of ours, and thousands of telephones share one address.
"""

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial
from typing import Any

import engineio

HEADER = "X-Sticky-Key"
KEY = re.compile(r"[0-9a-f]{32}")

_key: ContextVar[str] = ContextVar("sticky_key", default="")


def name_after_proxy(engine: engineio.Server) -> None:
    """From now on ids are `{key}-{what the library makes}` where a proxy has sent a key; there is no option for it."""
    engine.handle_request = partial(_remembering, engine.handle_request)
    engine.generate_id = partial(_named, engine.generate_id)


def _remembering(
    handle: Callable[..., Iterable[bytes]], environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    _key.set(environ.get("HTTP_X_STICKY_KEY", ""))
    return handle(environ, start_response)


def _named(generate: Callable[[], str]) -> str:
    key = _key.get()
    return f"{key}-{generate()}" if KEY.fullmatch(key) else generate()
