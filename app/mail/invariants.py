"""What is always true of outgoing mail."""

from app.core.invariants import LIVING, Invariant
from app.mail.jobs import SEND_EMAIL

INVARIANTS = (
    Invariant(
        "mail_forgotten",
        "A mail of the last week was neither sent nor refused by its recipient's server, and no living job will send it. Its job is dead"
        " (`flask jobs dead` tells why) or was discarded or deleted. Retry the job, or tell the recipient in another way.",
        f"""
        SELECT m.id, m.kind, m.cause_id, m.attempts, m.created_at FROM outgoing_emails m
        WHERE m.sent_at IS NULL AND m.refused_at IS NULL AND m.created_at > statement_timestamp() - interval '7 days'
          AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name = '{SEND_EMAIL.name}' AND o.payload->>'email_id' = m.id::text)
        """,  # noqa: S608 - constants of ours
    ),
)
