"""Windows between two commits, held open in the database: a trigger waits where the test wants everybody to wait.

A gate is an advisory lock that triggers share and a test takes for itself: closed, it stops each transaction that comes by, and the
process that runs it, right where a kill hurts most. The application knows nothing of it. Its own limit on the wait for a lock does not
count here, its limit on a statement (5 s) does: windows are short.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import psycopg
import requests

from demo.story.stage import until


class Gate(IntEnum):
    """The advisory lock's number."""

    WEBHOOK = 7_310_001
    """A webhook arrived and is not kept yet."""
    SETTLE = 7_310_002
    """The gateway has said "success" and it is not recorded yet."""
    CONFIRM = 7_310_003
    """The money is recorded and its booking is not confirmed yet."""
    BOOK = 7_310_004
    """Rooms are taken and their booking is not written yet."""
    MAIL = 7_310_005
    """The mail server has taken a mail and it is not noted yet."""
    PHOTO = 7_310_006
    """Both sizes of a photo are stored and it is not ready yet."""


PLACES = {
    Gate.WEBHOOK: ("gateway_events", "BEFORE INSERT ON gateway_events FOR EACH ROW"),
    Gate.SETTLE: (
        "payments",
        "BEFORE UPDATE ON payments FOR EACH ROW WHEN (NEW.status = 'success' AND OLD.status <> 'success')",
    ),
    Gate.CONFIRM: (
        "bookings",
        "BEFORE UPDATE ON bookings FOR EACH ROW WHEN (NEW.status = 'confirmed' AND OLD.status <> 'confirmed')",
    ),
    Gate.BOOK: ("bookings", "BEFORE INSERT ON bookings FOR EACH ROW"),
    Gate.MAIL: (
        "outgoing_emails",
        "BEFORE UPDATE ON outgoing_emails FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL AND OLD.sent_at IS NULL)",
    ),
    Gate.PHOTO: (
        "hotel_photos",
        "BEFORE UPDATE ON hotel_photos FOR EACH ROW WHEN (NEW.status = 'ready' AND OLD.status <> 'ready')",
    ),
}
FUNCTION = """
CREATE OR REPLACE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint); RETURN NEW; END $$
"""
WAITING = "SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"

Connection = psycopg.Connection[dict[str, Any]]


def build(connection: Connection) -> None:
    """All gates, open."""
    connection.execute(FUNCTION)
    for gate, (_table, moment) in PLACES.items():
        connection.execute(
            f"CREATE TRIGGER gate_{gate.name.lower()} {moment} EXECUTE FUNCTION wait_at_gate('{gate.value}')"
        )


@dataclass(frozen=True)
class ClosedGate:
    """Nobody passes until the block that closed it ends."""

    gate: Gate
    look: Connection

    def waiting(self) -> int:
        """How many transactions stand before it."""
        row = self.look.execute(WAITING, [self.gate.value]).fetchone()
        return int(row["waiting"]) if row else 0

    def wait_for(self, asker: Future[requests.Response]) -> None:
        """Until the one who asks stands before it. An answer that came instead is shown."""
        until(f"somebody at the gate {self.gate.name}", lambda: self.waiting() > 0 or asker.done())
        assert not asker.done(), f"answered before the gate {self.gate.name}: {asker.result().text}"

    def wait_for_one(self) -> None:
        """Until somebody stands before it."""
        until(f"somebody at the gate {self.gate.name}", lambda: self.waiting() > 0)


@contextmanager
def closed(gate: Gate, look: Connection) -> Iterator[ClosedGate]:
    """Closes the gate for the length of the block."""
    with psycopg.connect(look.info.dsn, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [gate.value])
        yield ClosedGate(gate, look)
