"""10,000 mails wait to be sent: how long a payment's check waits until it starts."""

import time
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text

from app.core import db
from app.core.columns import new_id
from app.core.outbox import enqueue_many
from app.mail.jobs import SEND_EMAIL
from app.mail.models import OutgoingEmail
from bench.event_payments import runs_of
from bench.event_world import Paid, World, world
from bench.rounds import percentile, say

MAILS = 10_000
CHECKS = 20
PAUSE = 0.25
PATIENCE = 60.0
VERIFY = "payments.verify"


def run() -> dict[str, Any]:
    """`{verify_behind_10000_mails_ms, …}`: the slowest of all checks, the usual one, and what was left of the mails."""
    say("jobs: a payment's check behind 10,000 mails")
    with world("bench-mails") as made:
        paid = [made.paid_unheard() for _ in range(CHECKS)]
        began = _order_mails()
        waits = [_wait(made, one) for one in paid]
        left, seconds = _mails_left(), time.monotonic() - began
    say(f"  waited {[round(wait, 1) for wait in waits]} ms; {left} mails left after {seconds:.0f} s")
    return {
        "verify_behind_10000_mails_ms": round(max(waits), 1),
        "verify_behind_10000_mails_p50_ms": round(percentile(waits, 0.5), 1),
        "mails_left_at_the_end": left,
        "mails_per_s": round((MAILS - left) / seconds),
    }


def _order_mails() -> float:
    """All in one transaction, as a circular is; when it was committed."""
    mails = [_mail(number) for number in range(MAILS)]
    with db.transaction() as session:
        session.execute(insert(OutgoingEmail), mails)
        enqueue_many(session, SEND_EMAIL, [{"email_id": mail["id"]} for mail in mails])
    return time.monotonic()


def _mail(number: int) -> dict[str, Any]:
    mail_id = new_id()
    return {
        "id": mail_id,
        "kind": "bench",
        "cause_id": new_id(),
        "recipient": f"guest.{number}@example.com",
        "subject": f"A word to all our guests, {number}",
        "text": "Dear guest,\n" + "we look forward to your stay.\n" * 20,
        "html": "<p>Dear guest,</p>" + "<p>we look forward to your stay.</p>" * 20,
        "message_id": f"<{mail_id}@smartstay.example>",
    }


def _wait(made: World, paid: Paid) -> float:
    """Milliseconds from the webhook's 200, by which its row is committed, to the start of the check it calls for."""
    time.sleep(PAUSE)
    known = len(runs_of(made, VERIFY))
    answered = made.tell(paid)
    deadline = time.monotonic() + PATIENCE
    while len(runs := runs_of(made, VERIFY)) == known:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no check within {PATIENCE:.0f} s")
        time.sleep(0.1)
    ended = datetime.fromisoformat(runs[known]["timestamp"]).timestamp()
    took: float = runs[known]["ms"]
    return max(0.0, (ended - answered) * 1000 - took)


def _mails_left() -> int:
    with db.reading() as session:
        left: int = session.scalar(text("SELECT count(*) FROM outbox WHERE name = :name"), {"name": SEND_EMAIL.name})
    return left
