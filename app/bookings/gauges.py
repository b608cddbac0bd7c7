"""What waits for time to pass: holds, and how late their sweep is."""

from app.core.gauges import Reading

HOLDS = Reading(
    "smartstay_holds",
    """
    SELECT count(*) AS living,
           greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(release_at)), 0)) AS late
    FROM bookings WHERE status = 'pending_payment'
    """,
    {
        "living": "Bookings that wait for their payment",
        "late": "Seconds since the oldest hold should have been let go; its room is free all the same",
    },
)
