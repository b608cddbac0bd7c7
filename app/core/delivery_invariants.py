"""What is always true of promises (outbox) and of the numbered events of hotels."""

from app.core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "outbox_late",
        "A job or event has been due for a quarter of an hour and nobody has it. The relay, the workers of its queue or Redis do not run,"
        " or they cannot keep up. See to the processes; the rows are then worked off by themselves.",
        """
        SELECT id, kind, name, queue, attempts, due_at, run_until FROM outbox
        WHERE dead_at IS NULL AND greatest(due_at, run_until) < statement_timestamp() - interval '15 minutes'
        """,
    ),
    Invariant(
        "job_dead",
        "A job has used up its attempts or its time, so what it promised does not happen. Read why with `flask jobs dead`, put the cause"
        " right, then `flask jobs retry NUMBER`; `discard` only when somebody has done by hand what it was for.",
        "SELECT id, name, queue, attempts, dead_at, payload FROM outbox WHERE dead_at IS NOT NULL",
    ),
    Invariant(
        "hotel_events_have_gaps",
        "The numbered events of a hotel do not run without a gap up to its counter, so a dashboard waits for a number that never comes."
        " Somebody changed these tables by hand, or a backup was restored in part. Dashboards recover by reading the bookings anew; find"
        " out what else that hand or backup touched. (A purge may take a hotel's oldest events, never its latest.)",
        """
        SELECT coalesce(c.hotel_id, e.hotel_id) AS hotel_id, c.last_seq, e.events, e.first, e.last
        FROM hotel_counters c FULL JOIN (
          SELECT hotel_id, count(*) AS events, min(seq) AS first, max(seq) AS last FROM hotel_events GROUP BY hotel_id
        ) AS e ON e.hotel_id = c.hotel_id
        WHERE c.last_seq IS DISTINCT FROM e.last OR e.events <> e.last - e.first + 1
        """,
    ),
)
