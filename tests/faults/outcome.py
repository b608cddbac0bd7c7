"""What is to be seen of a stay that was paid once, whatever died on the way."""

from demo.story.stage import until
from tests.faults.running import Running, Stay
from tests.faults.screen import Screen

FACTS = """
SELECT b.status, b.payment_status, p.status AS payment, p.kept, p.applied_at IS NOT NULL AS applied,
  (SELECT count(*) FROM payments WHERE booking_id = b.id) AS payments,
  (SELECT count(*) FROM refunds WHERE booking_id = b.id) AS refunds,
  (SELECT count(*) FROM booking_history WHERE booking_id = b.id AND to_status = 'confirmed') AS confirmations,
  (SELECT count(*) FROM hotel_events e WHERE e.hotel_id = b.hotel_id AND e.name = 'new_booking'
     AND e.payload->>'booking_id' = b.id::text) AS told,
  (SELECT count(*) FROM outgoing_emails WHERE cause_id = b.id AND sent_at IS NOT NULL) AS mails
FROM bookings b JOIN payments p ON p.booking_id = b.id WHERE b.id = %s
"""
WHOLE = {
    "status": "confirmed",
    "payment_status": "paid",
    "payment": "success",
    "kept": True,
    "applied": True,
    "payments": 1,
    "refunds": 0,
    "confirmations": 1,
    "told": 1,
    "mails": 2,
}


def assert_confirmed_once(running: Running, screen: Screen, stay: Stay) -> None:
    """One booking, one success, one mail each, one event: in the rows, in the mailbox, on the hotel's screen."""
    assert running.row(FACTS, stay.id) == WHOLE
    to_guest, to_hotel = (running.mails(to, stay) for to in (stay.email, running.hotel_row["email"]))
    assert (len(to_guest), len(to_hotel)) == (1, 1)
    last = running.value("SELECT last_seq FROM hotel_counters WHERE hotel_id = %s", running.hotel.id)
    until("the screen to know all", lambda: screen.missed(last) == [])
    assert len(screen.named("new_booking", booking_id=stay.id)) == 1
