"""Time as the vendors write it. Inside the sandbox time is a float of seconds since the epoch, UTC."""

import time
from datetime import UTC, datetime, timedelta


def now() -> float:
    return time.time()


def iso(moment: float | None) -> str | None:
    """'2026-11-20T10:15:02.000Z', or None for a thing that has not happened."""
    if moment is None:
        return None
    written = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")


def parse(written: str) -> float:
    """An ISO 8601 date (its first instant) or datetime; without an offset it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(written.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_end(written: str) -> float:
    """Like `parse`, but a bare date means its last instant: `to=2026-11-20` includes that day. Raises ValueError."""
    is_date = len(written.strip()) == len("2026-11-20")
    return parse(written) + (timedelta(days=1).total_seconds() - 0.001 if is_date else 0)
