"""Jobs that may wait: mail, comparisons, housekeeping."""

from uuid import UUID

from app import invariants
from app.bookings.jobs import FORGET_TRACES
from app.bookings.service import forget
from app.core import audit, upkeep
from app.mail import sender
from app.mail.jobs import SEND_EMAIL
from app.payments.jobs import RECONCILE
from app.payments.service import reconcile
from workers.binding import runs


@runs(SEND_EMAIL)
def send_email(email_id: UUID) -> None:
    sender.send(email_id)


@runs(FORGET_TRACES)
def forget_traces() -> None:
    forget.forget()


@runs(RECONCILE)
def compare_with_gateway() -> None:
    reconcile.reconcile()


@runs(upkeep.PURGE)
def forget_keys() -> None:
    upkeep.forget_keys()
    upkeep.forget_counters()


@runs(audit.AUDIT)
def audit_all() -> None:
    audit.audit(invariants.ALL)
