"""Structured logs: one JSON object a line, with the request id that goes from the request to its jobs and their vendor calls.

Never logged: bodies, tokens, passwords, keys, mail texts.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from structlog.typing import FilteringBoundLogger

# Up to what may follow in a traceback; a row's own text may run over several lines.
QUOTED_ROW = re.compile(r"DETAIL:  .*?(?=\n\[SQL|\nCONTEXT:|\nHINT:|\n\nThe above|\n\nDuring|\Z)", re.DOTALL)


def configure(level: str, process: str) -> None:
    """Everything, ours and the libraries', goes to standard output as JSON; of a command, whose output is its answer, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _process_name(process),
        structlog.processors.format_exc_info,
        _without_rows,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr if process == "cli" else sys.stdout)
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("urllib3", "engineio", "socketio", "werkzeug"):
        logging.getLogger(noisy).setLevel("WARNING")


def logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines are `event` plus fields."""
    return cast(FilteringBoundLogger, structlog.get_logger(name))


@contextmanager
def context(**fields: Any) -> Iterator[None]:
    """Every line inside carries the fields, and those that `note` adds meanwhile."""
    before = dict(get_contextvars())
    note(**fields)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)


def note(**fields: Any) -> None:
    """From now on every line of this request or job carries the fields."""
    bind_contextvars(**{name: value for name, value in fields.items() if value is not None})


def current_request_id() -> str | None:
    """The id of the request that this work comes from, if any."""
    return get_contextvars().get("request_id")


def _without_rows(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL quotes the row or key that it refused, and that may be a guest's name or e-mail."""
    if "exception" in event:
        event["exception"] = QUOTED_ROW.sub("DETAIL:  (not logged)", event["exception"])
    return event


def _process_name(process: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["process"] = process
        return event

    return add
