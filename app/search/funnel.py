"""What was searched, written down behind the answers: many searches by one statement.

Best effort. Nobody is refused an answer because it could not be written down, nobody waits for it, and a killed process takes the
searches of its last moment with it.
"""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.config import settings
from app.core.columns import new_id
from app.core.db import asking
from app.core.errors import AppError
from app.core.logging import logger
from app.search import queries
from app.search.criteria import Criteria

# More than that in one moment are not remembered: memory is for answers.
MOST_WAITING: Final = 10_000
LOGGED: Final = ("latitude", "longitude", "radius_km", "check_in", "check_out", "adults", "children", "rooms")

log = logger(__name__)


class _Waiting:
    """The rows that wait, and whether a timer runs that will write them."""

    lock = threading.Lock()
    rows: ClassVar[list[Mapping[str, Any]]] = []
    is_timed = False


def remember(criteria: Criteria, found: int, user_id: UUID | None) -> UUID:
    """Notes a search, to be written within `SEARCH_LOG_SECONDS`; its id, which a booking may tell later."""
    search_id = new_id()
    row = {name: getattr(criteria, name) for name in LOGGED} | {"id": search_id, "user_id": user_id, "found": found}
    if _is_first(row):
        seconds = settings().search_log_seconds
        _write_after(seconds) if seconds else write()
    return search_id


def _is_first(row: Mapping[str, Any]) -> bool:
    """Adds the row; True for the first of those that wait together."""
    with _Waiting.lock:
        if len(_Waiting.rows) < MOST_WAITING:
            _Waiting.rows.append(row)
        is_first = not _Waiting.is_timed
        _Waiting.is_timed = True
        return is_first


def _write_after(seconds: float) -> None:
    timer = threading.Timer(seconds, write)
    # The server's threads are daemons, and theirs would be too; but a process that ends is to wait for this one.
    timer.daemon = False
    try:
        timer.start()
    except RuntimeError:  # no thread to be had, or the process ends
        write()


def write() -> None:
    """Writes down what waits."""
    with _Waiting.lock:
        rows, _Waiting.rows, _Waiting.is_timed = _Waiting.rows, [], False
    try:
        with asking() as connection:
            queries.log_searches(connection, rows)
    except (AppError, SQLAlchemyError) as error:
        log.warning("searches_not_logged", count=len(rows), error=type(error).__name__)
