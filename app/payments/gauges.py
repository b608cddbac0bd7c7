"""Money that waits: for a look at the gateway, for its booking, for a person."""

from app.core.gauges import Reading

LOOKS = Reading(
    "smartstay_payments",
    """
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_check_at)
                    FILTER (WHERE next_check_at < clock_timestamp())), 0) AS late,
           count(*) FILTER (WHERE status = 'success' AND applied_at IS NULL) AS unapplied,
           count(*) FILTER (WHERE status = 'review') AS in_review
    FROM payments
    WHERE next_check_at IS NOT NULL OR (status = 'success' AND applied_at IS NULL) OR status = 'review'
    """,
    {
        "late": "Seconds since the oldest look at the gateway was due",
        "unapplied": "Successes that their bookings do not know yet",
        "in_review": "Payments that wait for a person",
    },
)
REFUNDS = Reading(
    "smartstay_refunds",
    """
    SELECT count(*) FILTER (WHERE status IN ('due', 'requested', 'pending', 'processing')) AS under_way,
           count(*) FILTER (WHERE status IN ('needs_attention', 'failed')) AS for_a_person
    FROM refunds WHERE status <> 'processed'
    """,
    {"under_way": "Refunds on their way", "for_a_person": "Refunds that wait for a person"},
)
