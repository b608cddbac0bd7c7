"""The HTTP server: werkzeug's, one thread per request, able to hang up without an answer."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.faults import DROPPED


class QuietHandler(WSGIRequestHandler):
    # Header and body leave in two writes; with Nagle's algorithm the second would wait for the first one's ACK.
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: thousands of calls a test run would bury what matters."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        super().connection_dropped(error, environ)
        self.close_connection = True


class ByPath:
    """Gives a request to the application mounted at the first part of its path, if there is one, with the whole path."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.mounted: dict[str, Flask] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first = environ["PATH_INFO"].lstrip("/").partition("/")[0]
        return self.mounted.get(first, self.app)(environ, start_response)


class Droppable:
    """Turns a response marked as dropped into a closed connection."""

    def __init__(self, app: ByPath) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answered = self.app(environ, start_response)
        if environ.get(DROPPED):
            raise ConnectionAbortedError("the sandbox was told to hang up")
        return answered


def listen(app: ByPath, host: str, port: int) -> ThreadedWSGIServer:
    """Bound and listening when it returns; port 0 takes a free one, told by `server.port`."""
    return ThreadedWSGIServer(host, port, Droppable(app), QuietHandler)
