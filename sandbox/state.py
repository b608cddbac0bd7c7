"""Everything the sandbox remembers: one SQLite database, in memory or in a file that a restart finds again."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS transactions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, reference TEXT NOT NULL, access_code TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, email TEXT NOT NULL, callback_url TEXT,
  channels TEXT NOT NULL, metadata TEXT NOT NULL, created_at REAL NOT NULL, paid_at REAL, card TEXT,
  gateway_response TEXT, attempts INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0, fees INTEGER,
  UNIQUE (mode, reference));
CREATE TABLE IF NOT EXISTS refunds (
  id INTEGER PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, transaction_id INTEGER NOT NULL, reference TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL, path TEXT NOT NULL, step_seconds REAL NOT NULL,
  next_at REAL, customer_note TEXT, merchant_note TEXT, refund_reference TEXT, account TEXT,
  created_at REAL NOT NULL, updated_at REAL NOT NULL, refunded_at REAL);
CREATE INDEX IF NOT EXISTS refunds_transaction ON refunds (transaction_id);
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, reference TEXT NOT NULL, body TEXT NOT NULL,
  signature TEXT, url TEXT, state TEXT NOT NULL, next_at REAL, attempts TEXT NOT NULL DEFAULT '[]',
  created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_reference ON deliveries (reference);
CREATE TABLE IF NOT EXISTS calls (
  endpoint TEXT NOT NULL, reference TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (endpoint, reference));
CREATE TABLE IF NOT EXISTS switches (
  scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, times INTEGER, PRIMARY KEY (scope, name));
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mails (
  id INTEGER PRIMARY KEY AUTOINCREMENT, envelope_from TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL,
  received_at REAL NOT NULL);
"""
CLEARED_BY_RESET = ("transactions", "refunds", "deliveries", "calls", "switches", "mails")


class State:
    """One connection behind one re-entrant lock: every statement is serial, so each `transaction()` is exclusive."""

    def __init__(self, path: str | None) -> None:
        self.lock = threading.RLock()
        self.depth = 0
        self.connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        # A killed process must lose nothing; a machine that loses its power may.
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(SCHEMA)
        self._start_ids_high()

    def _start_ids_high(self) -> None:
        """Ids above 2**32, and never the same in two sandboxes: a system under test may outlive its sandbox."""
        if self.one("SELECT 1 FROM sqlite_sequence WHERE name = 'transactions'"):
            return
        for table, divisor in (("transactions", 1), ("refunds", 100)):
            start = int(clock.now() * 1000) // divisor
            self.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, start)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.lock:
            if self.depth == 0:
                self.connection.execute("BEGIN IMMEDIATE")
            self.depth += 1
            try:
                yield
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    def _leave(self, ending: str) -> None:
        self.depth -= 1
        if self.depth == 0:
            self.connection.execute(ending)

    def run(self, sql: str, *values: object) -> int:
        """Runs one statement and returns how many rows it changed."""
        with self.lock:
            return self.connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: object) -> int:
        """Runs one INSERT and returns the new id. Raises sqlite3.IntegrityError."""
        with self.lock:
            return int(self.connection.execute(sql, values).lastrowid or 0)

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        with self.lock:
            row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self.lock:
            return self.connection.execute(sql, values).fetchall()

    def reset(self) -> None:
        """Forgets everything but the settings; ids go on, they are never given twice."""
        with self.transaction():
            for table in CLEARED_BY_RESET:
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a constant of this file

    def close(self) -> None:
        with self.lock:
            self.connection.close()
