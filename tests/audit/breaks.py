"""Ways to break each invariant behind the application's back, and things that come near it and are no breach.

Statements run in one transaction that is rolled back. What the database refuses by a constraint has that dropped first.
"""

PAID = "SELECT id FROM bookings WHERE payment_status = 'paid' ORDER BY id LIMIT 1"
HELD = "SELECT id FROM bookings WHERE status = 'pending_payment' AND payment_started_at IS NULL ORDER BY id LIMIT 1"
EXPIRED = "SELECT id FROM bookings WHERE status = 'expired' LIMIT 1"
OPEN = "SELECT id FROM payments WHERE status = 'initialized' ORDER BY id LIMIT 1"
GOING_BACK = "SELECT id FROM refunds WHERE status = 'pending'"
PAYING = "SELECT id FROM payments WHERE status = 'success' AND applied_at IS NULL"
UNSENT = "SELECT id FROM outgoing_emails WHERE sent_at IS NULL ORDER BY id LIMIT 1"

ROOMS_OF = "booking_room_id IN (SELECT id FROM booking_rooms WHERE booking_id = ({}))"
PROMISE = "INSERT INTO outbox (kind, name, queue, payload) SELECT 'job', '{}', 'critical', jsonb_build_object('{}', id) FROM ({}) AS found"
PHOTO = """
    INSERT INTO hotel_photos (id, hotel_id, status, is_cover, content_type, bytes, upload_expires_at, upload_etag, position, width, height)
    SELECT gen_random_uuid(), id, {}, {}, 'image/png', 1, now(), 'e', 1, 2, 3 FROM hotels ORDER BY id LIMIT 1
"""
CHANGE = (
    """
    INSERT INTO booking_changes (id, booking_id, status, part, asked_by, before, after, difference, forfeited_amount, refund_amount,
      least_penalty, held, hold_expires_at, release_at)
    SELECT gen_random_uuid(), id, '{}', {}, 'guest', '{{}}', '{{}}', 1, 0, 0, 0, {}, now(), {} FROM ("""
    + PAID.replace("{", "{{")
    + """) AS found
"""
)
RECORD = """
    INSERT INTO booking_cancellations (booking_id, cancelled_by, policy_amount, penalty_amount, refund_amount)
    SELECT id, 'guest', 0, penalty, CASE penalty WHEN 0 THEN paid_amount ELSE 0 END
    FROM (SELECT id, paid_amount, {1} AS penalty FROM bookings WHERE id = {0}) AS found
"""
NO_JOB_FOR = "DELETE FROM outbox WHERE payload->>'{}' IN (SELECT id::text FROM ({}) AS found)"

BREAKS: tuple[tuple[str, str], ...] = (
    ("outbox_late", "UPDATE outbox SET due_at = {16} WHERE name = 'payments.start'"),
    ("outbox_late", "UPDATE outbox SET due_at = {16} WHERE kind = 'event'"),
    ("outbox_late", "UPDATE outbox SET due_at = {30}, run_until = {16} WHERE name = 'mail.send'"),
    ("job_dead", "UPDATE outbox SET dead_at = statement_timestamp() WHERE name = 'payments.start'"),
    ("hotel_events_have_gaps", "DELETE FROM hotel_events WHERE seq = 2 AND hotel_id IN (SELECT hotel_id FROM hotel_events WHERE seq = 3)"),
    ("hotel_events_have_gaps", "UPDATE hotel_counters SET last_seq = last_seq + 1"),
    ("hotel_events_have_gaps", "DELETE FROM hotel_events WHERE hotel_id = (SELECT hotel_id FROM hotel_counters LIMIT 1)"),
    ("hotel_events_have_gaps", "DELETE FROM hotel_counters WHERE hotel_id = (SELECT hotel_id FROM hotel_counters LIMIT 1)"),
    ("mail_forgotten", NO_JOB_FOR.format("email_id", UNSENT)),
    ("mail_forgotten", f"UPDATE outgoing_emails SET sent_at = NULL WHERE cause_id = ({PAID})"),
    ("photo_forgotten", PHOTO.format("'checking'", "false")),
    ("photo_forgotten", f"""
        {PHOTO.format("'checking'", "false")};
        {PROMISE.format("mail.send", "photo_id", "SELECT id FROM hotel_photos")}
    """),
    ("photos_without_cover", PHOTO.format("'ready'", "false")),
    ("photos_without_cover", f"""
        DROP INDEX uq_hotel_photos_cover;
        {PHOTO.format("'ready'", "true")};
        {PHOTO.format("'ready'", "true")}
    """),
    ("allocations_overlap", """
        ALTER TABLE allocations DROP CONSTRAINT ex_allocations_room_id_stay;
        INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason)
        SELECT gen_random_uuid(), room_id, hotel_id, daterange(upper(stay) - 1, upper(stay) + 3), 'maintenance' FROM allocations LIMIT 1
    """),
    ("spans_are_not_the_rules", "UPDATE rate_spans SET price = price + 1 WHERE id = (SELECT min(id) FROM rate_spans)"),
    ("spans_are_not_the_rules", "UPDATE rate_plans SET is_open = false WHERE id = (SELECT id FROM rate_plans ORDER BY id LIMIT 1)"),
    ("spans_are_not_the_rules", "DELETE FROM rate_spans WHERE id = (SELECT min(id) FROM rate_spans)"),
    ("spans_are_not_the_rules", """
        INSERT INTO rate_days (rate_plan_id, day, min_nights) SELECT id, current_date + 9, 2 FROM rate_plans ORDER BY id LIMIT 1
    """),
    ("spans_are_not_the_rules", """
        INSERT INTO rate_seasons (id, rate_plan_id, name, days, price)
        SELECT gen_random_uuid(), id, 'Easter', daterange(current_date + 9, current_date + 11), price + 1
        FROM rate_plans ORDER BY id LIMIT 1
    """),
    ("retired_room_taken", """
        UPDATE rooms SET retired_at = statement_timestamp() WHERE id = (SELECT room_id FROM allocations ORDER BY id LIMIT 1)
    """),
    ("hotel_takes_other_numbers", "UPDATE hotels SET max_occupancy = max_occupancy + 1 WHERE id IN (SELECT hotel_id FROM room_types)"),
    ("hotel_takes_other_numbers", "UPDATE room_types SET retired_at = statement_timestamp()"),
    ("hold_outlived_its_release", f"UPDATE bookings SET release_at = statement_timestamp() - interval '6 seconds' WHERE id = ({HELD})"),
    ("booking_without_its_rooms", f"DELETE FROM allocations WHERE {ROOMS_OF.format(PAID)}"),
    ("booking_without_its_rooms", f"DELETE FROM allocations WHERE {ROOMS_OF.format(HELD)}"),
    ("booking_without_its_rooms", f"""
        UPDATE allocations SET hold_expires_at = statement_timestamp() + interval '1 hour'
        WHERE {ROOMS_OF.format(PAID)}
    """),
    ("booking_without_its_rooms", f"""
        UPDATE allocations SET stay = daterange(lower(stay), upper(stay) - 1)
        WHERE {ROOMS_OF.format(PAID)}
    """),
    ("room_taken_for_nobody", f"""
        INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id)
        SELECT gen_random_uuid(), r.room_id, b.hotel_id, b.stay, r.id
        FROM bookings b JOIN booking_rooms r ON r.booking_id = b.id WHERE b.id = ({EXPIRED})
    """),
    ("total_is_not_its_lines", f"""
        UPDATE booking_nights SET amount = amount + 1
        WHERE {ROOMS_OF.format(PAID)}
    """),
    ("total_is_not_its_lines", f"""
        INSERT INTO booking_charges (id, booking_id, name, amount) VALUES (gen_random_uuid(), ({PAID}), 'VAT', 1)
    """),
    ("booking_confirmed_twice", """
        INSERT INTO booking_history (booking_id, from_status, to_status, actor)
        SELECT booking_id, from_status, to_status, actor FROM booking_history WHERE to_status = 'confirmed' LIMIT 1
    """),
    ("confirmation_without_mails", f"DELETE FROM outgoing_emails WHERE kind = 'booking_confirmed' AND cause_id = ({PAID})"),
    ("confirmation_without_mails", f"DELETE FROM outgoing_emails WHERE kind = 'booking_confirmed_hotel' AND cause_id = ({PAID})"),
    ("closed_hotel_expects_guests", f"UPDATE hotels SET status = 'closed' WHERE id = (SELECT hotel_id FROM bookings WHERE id = ({PAID}))"),
    ("success_without_booking_or_refund", f"DELETE FROM refunds WHERE id = ({GOING_BACK})"),
    ("room_taken_for_nobody", f"""
        {CHANGE.format("applied", "NULL", 1, "{16}")};
        INSERT INTO allocations (id, room_id, hotel_id, stay, booking_change_id)
        SELECT gen_random_uuid(), r.id, r.hotel_id, daterange('2999-01-01', '2999-01-02'), c.id FROM rooms r, booking_changes c LIMIT 1
    """),
    ("change_outlived_its_hold", CHANGE.format("waiting", 2, 0, "{16}")),
    ("change_without_its_nights", CHANGE.format("waiting", 2, 1, "statement_timestamp() + interval '1 hour'")),
    ("cancelled_without_its_record", "DELETE FROM booking_cancellations WHERE refund_amount = 0"),
    ("cancelled_without_its_record", RECORD.format(f"({PAID})", 0)),
    ("money_is_not_explained", f"UPDATE bookings SET forfeited_amount = 1 WHERE id = ({PAID})"),
    ("money_is_not_explained", f"""
        DELETE FROM allocations WHERE {ROOMS_OF.format(PAID)};
        {RECORD.format(f"({PAID})", 1)};
        UPDATE bookings SET status = 'cancelled' WHERE id = ({PAID})
    """),
    ("paid_amount_is_not_its_payments", f"UPDATE bookings SET paid_amount = 1 WHERE id = ({HELD})"),
    ("refunds_are_not_what_was_promised", """
        UPDATE refunds SET amount = amount - 1 WHERE status = 'pending'
    """),
    ("success_without_booking_or_refund", f"""
        DELETE FROM allocations WHERE {ROOMS_OF.format(PAID)};
        {RECORD.format(f"({PAID})", 0)};
        UPDATE bookings SET status = 'cancelled', returned_amount = paid_amount WHERE id = ({PAID})
    """),
    ("two_kept_successes", f"""
        DROP INDEX uq_payments_kept;
        INSERT INTO payments (id, booking_id, part, reference, amount, currency, status, kept, applied_at)
        SELECT gen_random_uuid(), booking_id, part, reference || '-again', amount, currency, status, kept, applied_at
        FROM payments WHERE kept AND booking_id = ({PAID})
    """),
    ("refunds_above_payment", f"UPDATE refunds SET amount = amount + 1000000 WHERE id = ({GOING_BACK})"),
    ("refunds_above_payment", f"""
        INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status)
        SELECT gen_random_uuid(), payment_id, booking_id, 1, currency, reason, 'failed' FROM refunds WHERE id = ({GOING_BACK})
    """),
    ("paid_is_not_what_money_says", f"UPDATE bookings SET payment_status = 'unpaid' WHERE id = ({PAID})"),
    ("paid_is_not_what_money_says", f"UPDATE bookings SET payment_status = 'paid' WHERE id = ({HELD})"),
    ("paid_is_not_what_money_says", f"UPDATE payments SET status = 'reversed' WHERE kept AND booking_id = ({PAID})"),
    ("open_payment_forgotten", f"UPDATE payments SET next_check_at = NULL WHERE id = ({OPEN}); " + NO_JOB_FOR.format("payment_id", OPEN)),
    ("open_payment_forgotten", f"UPDATE payments SET next_check_at = {{16}} WHERE id = ({OPEN}); " + NO_JOB_FOR.format("payment_id", OPEN)),
    ("success_forgotten", f"UPDATE payments SET updated_at = {{6}} WHERE id = ({PAYING}); " + NO_JOB_FOR.format("payment_id", PAYING)),
    ("refund_forgotten", f"UPDATE refunds SET next_check_at = NULL WHERE id = ({GOING_BACK})"),
    ("refund_forgotten", f"UPDATE refunds SET next_check_at = {{16}} WHERE id = ({GOING_BACK})"),
    ("erased_person_is_still_named", f"""
        UPDATE users SET status = 'erased', erased_at = {{16}} WHERE id = (SELECT user_id FROM bookings WHERE id = ({PAID}))
    """),
)  # fmt: skip

NO_BREACHES: dict[str, str] = {
    "a guest was erased": f"""
        UPDATE users SET status = 'erased', erased_at = {{16}} WHERE id = (SELECT user_id FROM bookings WHERE id = ({PAID}));
        UPDATE bookings SET guest_name = 'Erased guest' WHERE user_id = (SELECT user_id FROM bookings WHERE id = ({PAID}))
    """,
    "a job that failed waits for its next run": """
        UPDATE outbox SET attempts = 4, due_at = statement_timestamp() + interval '5 minutes', created_at = {30}
    """,
    "a job that was due long ago runs": """
        UPDATE outbox SET due_at = {30}, run_until = statement_timestamp() + interval '1 minute' WHERE kind = 'job'
    """,
    "a job is late": "UPDATE outbox SET due_at = {14}",
    "old events were purged, of some hotels all but the latest": """
        DELETE FROM hotel_events e USING hotel_counters c WHERE c.hotel_id = e.hotel_id AND e.seq < c.last_seq
    """,
    "what was said of days that are over was not sold": """
        INSERT INTO rate_days (rate_plan_id, day, price) SELECT id, current_date - 9, 1 FROM rate_plans
    """,
    "a plan that was retired has other spans": """
        UPDATE rate_spans SET price = price + 1; UPDATE rate_plans SET retired_at = statement_timestamp()
    """,
    "prices hold a tax": f"""
        INSERT INTO booking_charges (id, booking_id, name, amount, is_included) VALUES (gen_random_uuid(), ({PAID}), 'VAT', 1, true)
    """,
    "a photo is checked": PHOTO.format("'checking'", "false")
    + "; "
    + PROMISE.format("photos.check", "photo_id", "SELECT id FROM hotel_photos"),
    "a mail nobody sent is a week old": "UPDATE outgoing_emails SET created_at = {11520}; DELETE FROM outbox WHERE name = 'mail.send'",
    "a mail was refused": "UPDATE outgoing_emails SET refused_at = statement_timestamp(); DELETE FROM outbox WHERE name = 'mail.send'",
    "mails of a confirmation were purged": "UPDATE bookings SET confirmed_at = {11520}; DELETE FROM outgoing_emails",
    "allocations of past stays were purged": """
        UPDATE bookings SET stay = daterange(lower(stay) - 300, upper(stay) - 300) WHERE status = 'confirmed';
        DELETE FROM allocations USING booking_rooms r JOIN bookings b ON b.id = r.booking_id
        WHERE r.id = booking_room_id AND b.status = 'confirmed'
    """,
    "a hold ended a moment ago and someone else took its rooms": f"""
        UPDATE bookings SET release_at = statement_timestamp() - interval '1 second' WHERE id = ({HELD});
        DELETE FROM allocations WHERE {ROOMS_OF.format(HELD)}
    """,
    "an attempt's time is up and its last check waits": f"""
        {NO_JOB_FOR.format("payment_id", OPEN)}; {PROMISE.format("payments.verify", "payment_id", OPEN)};
        UPDATE payments SET next_check_at = NULL
    """,
    "a success was recorded four minutes ago": f"""
        UPDATE payments SET updated_at = {{4}} WHERE id = ({PAYING}); {NO_JOB_FOR.format("payment_id", PAYING)}
    """,
    "a success waits with its job for the workers": f"UPDATE payments SET updated_at = {{30}} WHERE id = ({PAYING})",
    "a refund that failed waits for a person": f"UPDATE refunds SET status = 'failed', next_check_at = NULL WHERE id = ({GOING_BACK})",
    "a refund goes with its job": f"""
        UPDATE refunds SET next_check_at = NULL WHERE id = ({GOING_BACK});
        {PROMISE.format("payments.follow_refund", "refund_id", GOING_BACK)}
    """,
    "the guest bore the fees and gets them back": """
        UPDATE refunds r SET amount = p.amount + p.fees FROM payments p WHERE p.id = r.payment_id
    """,
    "the gateway took more than we asked and all of it goes back": f"""
        UPDATE payments SET review_reason = 'amount' WHERE id = (SELECT payment_id FROM refunds WHERE status = 'pending');
        UPDATE refunds SET amount = amount * 2 WHERE id = ({GOING_BACK})
    """,
    "a paid booking was cancelled and its refund is promised": f"""
        DELETE FROM allocations WHERE {ROOMS_OF.format(PAID)};
        {PROMISE.format("bookings.refund_due", "booking_id", PAID)};
        {RECORD.format(f"({PAID})", 0)};
        UPDATE bookings SET status = 'cancelled', returned_amount = paid_amount WHERE id = ({PAID})
    """,
    "a paid booking was cancelled and all of it is its penalty": f"""
        DELETE FROM allocations WHERE {ROOMS_OF.format(PAID)};
        {RECORD.format(f"({PAID})", "total_amount")};
        UPDATE bookings SET status = 'cancelled' WHERE id = ({PAID})
    """,
    "a change lapsed a moment ago and someone else took its nights": CHANGE.format(
        "waiting", 2, 1, "statement_timestamp() - interval '1 second'"
    ),
}  # fmt: skip


def timed(sql: str) -> str:
    """`{16}` becomes the instant 16 minutes ago."""
    for minutes in (4, 6, 14, 16, 30, 11520):
        sql = sql.replace(f"{{{minutes}}}", f"statement_timestamp() - interval '{minutes} minutes'")
    return sql
