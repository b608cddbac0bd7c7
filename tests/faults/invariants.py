"""What is true of the database after whatever happened: what production's audit looks at, and more, for here all has come to rest."""

from collections.abc import Mapping
from typing import Any

import psycopg

from app import invariants

Connection = psycopg.Connection[dict[str, Any]]

# While work is under way, or after a purge, these may be otherwise: they hold when nothing is owed and nothing was purged.
AT_REST: Mapping[str, str] = {
    "a booking does not know of its success": """
        SELECT reference FROM payments WHERE status = 'success' AND applied_at IS NULL
    """,
    "a past booking has not the rooms it should have": """
        SELECT b.reference, b.status, count(*) AS rooms, count(a.id) AS taken
        FROM bookings b JOIN booking_rooms r ON r.booking_id = b.id LEFT JOIN allocations a ON a.booking_room_id = r.id
        WHERE b.status IN ('confirmed', 'checked_in', 'checked_out', 'no_show') GROUP BY b.id HAVING count(a.id) <> count(*)
    """,
    "the events of a hotel do not begin with the first": """
        SELECT hotel_id, min(seq) AS first FROM hotel_events GROUP BY hotel_id HAVING min(seq) <> 1
    """,
    "a confirmed booking was not told exactly once": """
        SELECT b.reference, count(e.seq) AS told FROM bookings b
        LEFT JOIN hotel_events e ON e.hotel_id = b.hotel_id AND e.name = 'new_booking' AND e.payload->>'booking_id' = b.id::text
        WHERE b.confirmed_at IS NOT NULL GROUP BY b.id HAVING count(e.seq) <> 1
    """,
    "the mails of a confirmation have one recipient": """
        SELECT b.reference, count(m.id) AS mails FROM bookings b LEFT JOIN outgoing_emails m ON m.cause_id = b.id
        AND m.kind IN ('booking_confirmed', 'booking_moved', 'booking_confirmed_hotel')
        WHERE b.confirmed_at IS NOT NULL GROUP BY b.id HAVING count(m.id) <> 2 OR count(DISTINCT m.recipient) <> 2
    """,
    "more goes back than we asked for": """
        SELECT p.reference FROM payments p JOIN refunds r ON r.payment_id = p.id GROUP BY p.id HAVING sum(r.amount) > p.amount
    """,
}

TAKEN = "SELECT reference, amount FROM payments WHERE status IN ('success', 'reversed')"


def broken(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The sentences that should be true and are not, each with the rows that make it so."""
    never = {invariant.name: invariant.statement for invariant in invariants.ALL} | dict(AT_REST)
    found = {sentence: connection.execute(statement).fetchall() for sentence, statement in never.items()}
    return {sentence: rows for sentence, rows in found.items() if rows}


def assert_whole(connection: Connection, taken: Mapping[str, int]) -> None:
    """`taken`: what the gateway took, kobo by reference. It is what our payments say they got, to the kobo."""
    assert broken(connection) == {}
    ours = {row["reference"]: row["amount"] for row in connection.execute(TAKEN).fetchall()}
    assert ours == dict(taken)
