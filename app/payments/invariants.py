"""What is always true of money: it bought something or goes back, once, and somebody looks until that is so."""

from app.bookings.jobs import REFUND_DUE
from app.core.invariants import LIVING, Invariant
from app.payments.jobs import CONFIRM_PAID, FOLLOW_REFUND, REFUND, START_PAYMENT, VERIFY_PAYMENT

# A check that has its time is made by the next tick: a time that is long past means that no tick runs.
NO_TIME = "coalesce({row}.next_check_at, '-infinity') < statement_timestamp() - interval '15 minutes'"

# What refunds speak for of the money that a booking knows of; whole refunds may carry fees on top.
ORDERED_BACK = """(SELECT coalesce(sum(least(k.amount, g.amount)), 0) FROM payments k
              JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM refunds WHERE payment_id = k.id) g ON true
              WHERE k.booking_id = b.id AND k.kept AND k.applied_at IS NOT NULL)"""

_ABOUT_MONEY = (
    Invariant(
        "success_without_booking_or_refund",
        "Money is in and its booking knows of it, but the booking does not stand and nothing goes back: the guest has paid for nothing."
        " Refund it at the gateway's dashboard, or give him the booking; then find the way that led here.",
        f"""
        SELECT p.id, p.reference, p.kept, p.amount, p.applied_at, b.reference AS booking, b.status
        FROM payments p JOIN bookings b ON b.id = p.booking_id
        WHERE p.status = 'success' AND p.applied_at IS NOT NULL AND NOT EXISTS (SELECT FROM refunds r WHERE r.payment_id = p.id)
          AND NOT (p.kept AND b.status IN ('confirmed', 'checked_in', 'checked_out', 'no_show'))
          AND NOT (p.kept AND b.status = 'cancelled' AND b.returned_amount <= {ORDERED_BACK})
          AND NOT (p.kept AND EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name = '{REFUND_DUE.name}'
                                      AND o.payload->>'booking_id' = b.id::text))
        """,  # noqa: S608 - constants of ours
    ),
    Invariant(
        "two_kept_successes",
        "Two successes of one part of a booking are both kept: the guest has paid twice, and neither payment is on its way back. The unique"
        " index is gone or damaged. Refund the later one and restore the index.",
        """
        SELECT booking_id, part, count(*) AS kept, array_agg(reference ORDER BY id) AS payments
        FROM payments WHERE kept GROUP BY booking_id, part HAVING count(*) > 1
        """,
    ),
    # A whole refund may carry the fees that the guest bore; for money in review the gateway took another amount than ours.
    Invariant(
        "refunds_above_payment",
        "More goes back for a payment than came in. Stop what has not left yet at the gateway's dashboard; what has left is our loss, and"
        " the rows tell who ordered it.",
        """
        SELECT p.id, p.reference, p.amount, p.fees, sum(r.amount) AS refunds, count(*) AS times
        FROM payments p JOIN refunds r ON r.payment_id = p.id WHERE p.review_reason IS NULL GROUP BY p.id
        HAVING sum(r.amount) > p.amount + CASE count(*) WHEN 1 THEN coalesce(p.fees, 0) ELSE 0 END
        """,
    ),
    Invariant(
        "paid_is_not_what_money_says",
        "A booking is called paid and no kept success pays it, or is called unpaid although one was applied. Ask the gateway about its"
        " payments: either the money was taken back there, by a chargeback for one, or somebody changed the booking by hand.",
        """
        SELECT b.id, b.reference, b.status, b.payment_status FROM bookings b WHERE b.payment_status IN ('paid', 'unpaid')
          AND (b.payment_status = 'paid') <> EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id AND p.kept AND p.status = 'success'
                                                     AND p.applied_at IS NOT NULL)
        """,
    ),
)

_ABOUT_BOOKS = (
    Invariant(
        "paid_amount_is_not_its_payments",
        "What a booking says was paid is not what its payments brought, so its refunds would be reckoned from a wrong sum. Compare with the"
        " gateway, and correct the booking.",
        """
        SELECT b.id, b.reference, b.status, b.paid_amount, coalesce(kept.amount, 0) AS payments
        FROM bookings b LEFT JOIN (
          SELECT booking_id, sum(amount) AS amount FROM (
            SELECT booking_id, part, max(amount) AS amount FROM payments WHERE kept AND applied_at IS NOT NULL GROUP BY booking_id, part
          ) AS parts GROUP BY booking_id
        ) AS kept ON kept.booking_id = b.id
        WHERE b.paid_amount <> coalesce(kept.amount, 0)
        """,
    ),
    Invariant(
        "refunds_are_not_what_was_promised",
        "A booking promised its guest another sum back than its refunds send. Where it is too little, no job will send the rest: order it"
        " by hand. Where it is too much, somebody ordered a refund beside the booking's terms: write down why.",
        f"""
        SELECT * FROM (
          SELECT b.id, b.reference, b.status, b.returned_amount, {ORDERED_BACK} AS ordered FROM bookings b WHERE b.paid_amount > 0
        ) AS b
        WHERE ordered > returned_amount
           OR ordered < returned_amount AND (ordered > 0 OR status NOT IN ('cancelled', 'expired'))
              AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name = '{REFUND_DUE.name}'
                              AND o.payload->>'booking_id' = b.id::text)
        """,  # noqa: S608 - constants of ours
    ),
)

_ABOUT_LOOKING = (
    Invariant(
        "open_payment_forgotten",
        "An attempt to pay is open, and neither a time nor a job is set at which the gateway is asked about it; or its time passed a"
        " quarter of an hour ago and no tick came. See that the ticks run. If they do, set `next_check_at` to now: the next one asks.",
        f"""
        SELECT p.id, p.reference, p.status, p.next_check_at, p.created_at FROM payments p
        WHERE p.status IN ('queued', 'initialized') AND {NO_TIME.format(row="p")}
          AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name IN ('{START_PAYMENT.name}', '{VERIFY_PAYMENT.name}')
                          AND o.payload->>'payment_id' = p.id::text)
        """,  # noqa: S608 - constants of ours
    ),
    Invariant(
        "success_forgotten",
        "Money came in five minutes ago or more, its booking does not know of it, and no job will tell it. The tick that follows such"
        " payments up does not run, or its job is refused each time: the log of worker-critical says why (`job_refused`).",
        f"""
        SELECT p.id, p.reference, p.paid_at, p.follow_up_at, p.booking_id FROM payments p
        WHERE p.status = 'success' AND p.applied_at IS NULL AND p.updated_at < statement_timestamp() - interval '5 minutes'
          AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name = '{CONFIRM_PAID.name}' AND o.payload->>'payment_id' = p.id::text)
        """,  # noqa: S608 - constants of ours
    ),
    Invariant(
        "refund_forgotten",
        "A refund is not final, and neither a time nor a job is set at which it goes on; or its time passed a quarter of an hour ago and no"
        " tick came. See that the ticks run. If they do, set `next_check_at` to now: the next one asks for it or about it.",
        f"""
        SELECT r.id, r.payment_id, r.status, r.amount, r.gateway_id, r.next_check_at FROM refunds r
        WHERE r.status NOT IN ('processed', 'failed') AND {NO_TIME.format(row="r")}
          AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name IN ('{REFUND.name}', '{FOLLOW_REFUND.name}')
                          AND o.payload->>'refund_id' = r.id::text)
        """,  # noqa: S608 - constants of ours
    ),
)

INVARIANTS = _ABOUT_MONEY + _ABOUT_BOOKS + _ABOUT_LOOKING
