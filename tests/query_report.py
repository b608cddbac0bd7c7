"""How many SQL statements each route needs, told at the end of every run.

A route whose number grows with what it returns shows at once: its most differs from its usual.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, g, has_request_context, request, request_finished
from sqlalchemy import Engine, event
from werkzeug import Response

_seen: defaultdict[str, Counter[int]] = defaultdict(Counter)


@contextmanager
def watching(app: Flask, engine: Engine) -> Iterator[None]:
    """Counts the statements of every request that succeeds meanwhile."""

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if has_request_context() and not statement.startswith(("SAVEPOINT", "RELEASE")):
            g.statements = g.get("statements", 0) + 1

    def finish(_app: Flask, response: Response, **_rest: Any) -> None:
        if response.status_code < 400 and request.url_rule is not None:
            _seen[f"{request.method} {request.url_rule}"][g.get("statements", 0)] += 1

    event.listen(engine, "before_cursor_execute", note)
    with request_finished.connected_to(finish, app):
        yield
    event.remove(engine, "before_cursor_execute", note)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A parallel worker hands its counts to the process that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["statements"] = {route: dict(counts) for route, counts in _seen.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the counts of a worker that is done."""
    for route, counts in getattr(node, "workeroutput", {}).get("statements", {}).items():
        _seen[route].update(counts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a route: usual and most statements, and how often it was called."""
    if not _seen:
        return
    terminalreporter.section("SQL statements by route: usual, most, requests")
    for route, counts in sorted(_seen.items()):
        ((usual, _times),) = counts.most_common(1)
        terminalreporter.write_line(f"{usual:4} {max(counts):4} {counts.total():6}  {route}")
