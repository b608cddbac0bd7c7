"""Tells the relay that rows wait for it: a NOTIFY after the commit, never inside it (there it would serialise all commits).

Best effort: the relay looks by itself four times a second anyway. A thread of its own sends them: the first call of a burst at once,
the others together, 3 ms later.
"""

import threading
import time

import psycopg

CHANNEL = "outbox"
NEEDED = "wake_relay"
COALESCE = 0.003


class _Caller(threading.Thread):
    """Waits to be asked, sends a NOTIFY, gathers what is asked within the next 3 ms."""

    def __init__(self, dsn: str) -> None:
        super().__init__(name="wake-relay", daemon=True)
        self.dsn = dsn
        self.asked = threading.Event()
        self.connection: psycopg.Connection[tuple[object, ...]] | None = None

    def run(self) -> None:
        while True:
            self.asked.wait()
            self.asked.clear()
            self._notify()
            time.sleep(COALESCE)

    def _notify(self) -> None:
        try:
            if self.connection is None or self.connection.closed:
                self.connection = psycopg.connect(self.dsn, autocommit=True, connect_timeout=3)
            self.connection.execute(f"NOTIFY {CHANNEL}")
        except psycopg.Error:
            self.connection = None


class _Bound:
    dsn: str = ""
    caller: _Caller | None = None
    lock = threading.Lock()


def connect(database_url: str) -> None:
    """Remembers where to send; nothing is opened before the first call."""
    _Bound.dsn = database_url.replace("postgresql+psycopg://", "postgresql://")
    reset()


def reset() -> None:
    """A forked child has no thread of its parent's: it starts its own when it needs it."""
    _Bound.caller = None


def relay() -> None:
    """Wakes the relay soon, without waiting."""
    with _Bound.lock:
        if _Bound.caller is None:
            _Bound.caller = _Caller(_Bound.dsn)
            _Bound.caller.start()
    _Bound.caller.asked.set()
