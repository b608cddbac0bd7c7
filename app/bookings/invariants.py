"""What is always true of bookings: their holds, their rooms, their sums, their story."""

from app.core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "hold_outlived_its_release",
        "A hold still blocks its booking 5 seconds after it should have let go. The sweep does not run: look at beat, worker-ticks and"
        " row locks that last. Its rooms are sold all the same, for whoever takes them clears a lapsed hold away.",
        """
        SELECT id, reference, hotel_id, release_at FROM bookings
        WHERE status = 'pending_payment' AND release_at < statement_timestamp() - interval '5 seconds'
        """,
    ),
    Invariant(
        "booking_without_its_rooms",
        "A booking that stands, or whose hold lives, has not each of its rooms for its nights, or has them on time only: they may be sold"
        " to somebody else. Take the rooms for it in the ledger at once; where one is gone, give the guest another and tell the hotel.",
        """
        SELECT b.id, b.reference, b.status, count(*) AS rooms, count(a.id) AS taken, count(a.hold_expires_at) AS held
        FROM bookings b JOIN booking_rooms r ON r.booking_id = b.id
        LEFT JOIN allocations a ON a.booking_room_id = r.id AND a.room_id = r.room_id AND a.stay = b.stay
        WHERE b.status IN ('confirmed', 'checked_in') AND b.check_out >= current_date
           OR b.status = 'pending_payment' AND b.release_at > statement_timestamp() + interval '1 second'
        GROUP BY b.id HAVING count(a.id) <> count(*)
            OR count(a.hold_expires_at) <> CASE b.status WHEN 'pending_payment' THEN count(*) ELSE 0 END
        """,
    ),
    Invariant(
        "room_taken_for_nobody",
        "A booking that expired or was cancelled, or a change that waits no more, still takes a room, which nobody can buy for these"
        " nights. Delete the allocation, and find out what moved the booking without letting go of its rooms.",
        """
        SELECT b.id, b.reference, b.status, a.id AS allocation_id, a.room_id, a.check_in, a.check_out
        FROM allocations a JOIN booking_rooms r ON r.id = a.booking_room_id JOIN bookings b ON b.id = r.booking_id
        WHERE b.status IN ('expired', 'cancelled')
        UNION ALL
        SELECT b.id, b.reference, c.status, a.id, a.room_id, a.check_in, a.check_out
        FROM allocations a JOIN booking_changes c ON c.id = a.booking_change_id JOIN bookings b ON b.id = c.booking_id
        WHERE c.status <> 'waiting'
        """,
    ),
    Invariant(
        "total_is_not_its_lines",
        "A booking's amounts are not the sums of its nights and of its charges on top, so the guest is asked for another price than he"
        " sees. The lines were changed after the booking was made. The total is what he agreed to: correct the lines, and"
        " give back what he paid too much.",
        """
        SELECT b.id, b.reference, b.rooms_amount, b.charges_amount, b.total_amount, nights.amount AS nights, charges.amount AS charges
        FROM bookings b
        CROSS JOIN LATERAL (SELECT coalesce(sum(n.amount), 0) AS amount FROM booking_rooms r
                            JOIN booking_nights n ON n.booking_room_id = r.id WHERE r.booking_id = b.id) AS nights
        CROSS JOIN LATERAL (SELECT coalesce(sum(c.amount), 0) AS amount FROM booking_charges c
                            WHERE c.booking_id = b.id AND NOT c.is_included) AS charges
        WHERE b.total_amount <> b.rooms_amount + b.charges_amount
           OR b.rooms_amount <> nights.amount OR b.charges_amount <> charges.amount
        """,
    ),
    Invariant(
        "booking_confirmed_twice",
        "A booking was confirmed a second time: its guest and its hotel may have been told twice, and money may have been taken twice."
        " Compare its payments with the gateway; refund what is too much.",
        """
        SELECT booking_id, count(*) AS times, min(at) AS first, max(at) AS last
        FROM booking_history WHERE to_status = 'confirmed' AND from_status IS DISTINCT FROM 'confirmed'
        GROUP BY booking_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "confirmation_without_mails",
        "A booking was confirmed within the last week and there is not one confirmation for its guest and one for its hotel: somebody"
        " does not know of it. Write to whoever got none, and find out what confirmed the booking beside the code that queues mails.",
        """
        SELECT b.id, b.reference, b.confirmed_at, count(m.id) FILTER (WHERE m.kind <> 'booking_confirmed_hotel') AS to_guest,
               count(m.id) FILTER (WHERE m.kind = 'booking_confirmed_hotel') AS to_hotel
        FROM bookings b LEFT JOIN outgoing_emails m
          ON m.cause_id = b.id AND m.kind IN ('booking_confirmed', 'booking_moved', 'booking_confirmed_hotel')
        WHERE b.confirmed_at > statement_timestamp() - interval '7 days' GROUP BY b.id
        HAVING count(m.id) FILTER (WHERE m.kind <> 'booking_confirmed_hotel') <> 1
            OR count(m.id) FILTER (WHERE m.kind = 'booking_confirmed_hotel') <> 1
        """,
    ),
    Invariant(
        "closed_hotel_expects_guests",
        "A closed hotel has guests to come or in the house, and nobody there looks for them. Something closed it beside the verb that"
        " counts them first. Talk to the hotel and to each guest; reopen it by hand, or cancel and refund.",
        """
        SELECT b.id, b.reference, b.status, b.hotel_id, b.check_in, b.check_out, h.status_changed_at
        FROM bookings b JOIN hotels h ON h.id = b.hotel_id
        WHERE h.status = 'closed' AND (b.status = 'checked_in'
           OR b.status = 'confirmed' AND b.check_out >= (statement_timestamp() AT TIME ZONE h.time_zone)::date)
        """,
    ),
    Invariant(
        "change_outlived_its_hold",
        "A change still waits for its payment 5 seconds after it should have lapsed, and its guest still sees it. The sweep does not run:"
        " look at beat, worker-ticks and row locks that last. Its nights are sold all the same, for whoever takes them clears them away.",
        """
        SELECT id, booking_id, release_at FROM booking_changes
        WHERE status = 'waiting' AND release_at < statement_timestamp() - interval '5 seconds'
        """,
    ),
    Invariant(
        "change_without_its_nights",
        "A change that its guest may still pay for has not each of its new nights, or has them for good: paid, it will lapse, or nobody"
        " else can buy them. Find out what wrote the ledger beside the change; the guest gets his money back by itself.",
        """
        SELECT c.id, c.booking_id, c.held, count(a.id) AS taken, count(a.hold_expires_at) AS with_an_end
        FROM booking_changes c LEFT JOIN allocations a ON a.booking_change_id = c.id
        WHERE c.status = 'waiting' AND c.release_at > statement_timestamp() + interval '1 second'
        GROUP BY c.id HAVING count(a.id) <> c.held OR count(a.hold_expires_at) <> c.held
        """,
    ),
    Invariant(
        "cancelled_without_its_record",
        "A booking is cancelled and nothing says on whose word and what that cost, or something says so of a booking that stands. It was"
        " moved beside the verb. Write the record by hand, from its history and its terms.",
        """
        SELECT b.id, b.reference, b.status, b.cancelled_at FROM bookings b LEFT JOIN booking_cancellations x ON x.booking_id = b.id
        WHERE (b.status = 'cancelled') <> (x.booking_id IS NOT NULL)
        """,
    ),
    # What is left of the money is the price and what changes cost; of a cancelled booking its penalty, or less where less was paid.
    Invariant(
        "money_is_not_explained",
        "Of a booking more or less money is kept than its price, its changes and its penalty explain. Add up its payments and refunds, read"
        " its changes and its cancellation, and give back or write down what is missing.",
        """
        SELECT id, reference, status, total_amount, paid_amount, returned_amount, forfeited_amount, penalty, kept FROM (
          SELECT b.*, x.penalty_amount - x.waived_amount AS penalty, x.refund_amount,
                 b.paid_amount - b.returned_amount - b.forfeited_amount AS kept
          FROM bookings b LEFT JOIN booking_cancellations x ON x.booking_id = b.id WHERE b.paid_amount > 0
        ) AS paid
        WHERE status IN ('confirmed', 'checked_in', 'checked_out', 'no_show') AND kept <> total_amount
           OR status = 'cancelled' AND (kept > penalty OR kept < penalty AND refund_amount > 0 OR kept < 0)
           OR status = 'expired' AND kept + forfeited_amount <> 0
        """,
    ),
)
