"""What is true of the database after whatever happened, as SELECTs that must find nothing."""

from collections.abc import Mapping
from typing import Any

import psycopg

Connection = psycopg.Connection[dict[str, Any]]

NEVER: Mapping[str, str] = {
    "two allocations of one room overlap": """
        SELECT a.id, b.id FROM allocations a JOIN allocations b ON a.room_id = b.room_id AND a.stay && b.stay AND a.id < b.id
    """,
    "a booking has not the rooms it should have": """
        SELECT b.reference, b.status, count(*) AS rooms, count(a.id) AS taken, count(a.hold_expires_at) AS held
        FROM bookings b JOIN booking_rooms r ON r.booking_id = b.id LEFT JOIN allocations a ON a.booking_room_id = r.id
        WHERE b.status <> 'pending_payment' GROUP BY b.id
        HAVING count(a.id) <> CASE WHEN b.status IN ('expired', 'cancelled') THEN 0 ELSE count(*) END OR count(a.hold_expires_at) > 0
    """,
    "a hold outlived its end": """
        SELECT reference FROM bookings WHERE status = 'pending_payment' AND release_at < clock_timestamp() - interval '5 seconds'
    """,
    "a total is not the sum of its lines": """
        SELECT b.reference FROM bookings b WHERE b.total_amount <> b.rooms_amount + b.charges_amount
        OR b.rooms_amount <> (SELECT coalesce(sum(n.amount), 0) FROM booking_nights n JOIN booking_rooms r ON r.id = n.booking_room_id
                              WHERE r.booking_id = b.id)
        OR b.charges_amount <> (SELECT coalesce(sum(c.amount), 0) FROM booking_charges c WHERE c.booking_id = b.id)
    """,
    "a booking was confirmed twice": """
        SELECT booking_id FROM booking_history WHERE to_status = 'confirmed' GROUP BY booking_id HAVING count(*) > 1
    """,
    "two successes of one part are kept": """
        SELECT booking_id, part FROM payments WHERE kept GROUP BY booking_id, part HAVING count(*) > 1
    """,
    "a success has neither a booking nor its way back": """
        SELECT p.reference, b.status FROM payments p JOIN bookings b ON b.id = p.booking_id
        WHERE p.status = 'success' AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id)
        AND NOT (p.kept AND b.status IN ('confirmed', 'checked_in', 'checked_out', 'no_show'))
    """,
    "a booking does not know of its success": """
        SELECT reference FROM payments WHERE status = 'success' AND applied_at IS NULL
    """,
    "a booking is called paid without money, or not paid with it": """
        SELECT b.reference, b.payment_status FROM bookings b WHERE b.payment_status IN ('paid', 'unpaid')
        AND (b.payment_status = 'paid') <> EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id AND p.kept AND p.status = 'success')
    """,
    "more goes back than came": """
        SELECT p.reference FROM payments p JOIN refunds r ON r.payment_id = p.id GROUP BY p.id HAVING sum(r.amount) > p.amount
    """,
    "a job is dead": "SELECT id, name, last_error FROM outbox WHERE dead_at IS NOT NULL",
    "the events of a hotel have gaps": """
        SELECT c.hotel_id, c.last_seq, count(e.seq) AS events, min(e.seq) AS first, max(e.seq) AS last
        FROM hotel_counters c LEFT JOIN hotel_events e ON e.hotel_id = c.hotel_id GROUP BY c.hotel_id, c.last_seq
        HAVING count(e.seq) <> c.last_seq OR min(e.seq) <> 1 OR max(e.seq) <> c.last_seq
    """,
    "a confirmed booking was not told exactly once": """
        SELECT b.reference, count(e.seq) AS told FROM bookings b
        LEFT JOIN hotel_events e ON e.hotel_id = b.hotel_id AND e.name = 'new_booking' AND e.payload->>'booking_id' = b.id::text
        WHERE b.confirmed_at IS NOT NULL GROUP BY b.id HAVING count(e.seq) <> 1
    """,
    "a confirmed booking has not one mail for its guest and one for its hotel": """
        SELECT b.reference, count(m.id) AS mails FROM bookings b LEFT JOIN outgoing_emails m ON m.cause_id = b.id
        AND m.kind IN ('booking_confirmed', 'booking_moved', 'booking_confirmed_hotel')
        WHERE b.confirmed_at IS NOT NULL GROUP BY b.id HAVING count(m.id) <> 2 OR count(DISTINCT m.recipient) <> 2
    """,
    "a mail is not sent though no job will send it": """
        SELECT m.kind, m.last_error FROM outgoing_emails m WHERE m.sent_at IS NULL AND m.refused_at IS NULL
        AND NOT EXISTS (SELECT FROM outbox o WHERE o.name = 'mail.send' AND o.payload->>'email_id' = m.id::text)
    """,
}

TAKEN = "SELECT reference, amount FROM payments WHERE status IN ('success', 'reversed')"


def broken(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The sentences that should never be true and are, each with the rows that make it so."""
    found = {sentence: connection.execute(statement).fetchall() for sentence, statement in NEVER.items()}
    return {sentence: rows for sentence, rows in found.items() if rows}


def assert_whole(connection: Connection, taken: Mapping[str, int]) -> None:
    """`taken`: what the gateway took, kobo by reference. It is what our payments say they got, to the kobo."""
    assert broken(connection) == {}
    ours = {row["reference"]: row["amount"] for row in connection.execute(TAKEN).fetchall()}
    assert ours == dict(taken)
