"""The mails of money going back. Their cause is the refund, so each is sent once a refund."""

from sqlalchemy.orm import Session

from app.bookings import emails as booking_emails
from app.mail.service import Email
from app.mail.templates import Kind, render
from app.payments.models import Refund
from app.payments.reasons import NO_ROOM


def refund_due(session: Session, refund: Refund) -> Email:
    """To the guest: the money is on its way back, and why."""
    kind = Kind.BOOKING_EXPIRED_REFUND if refund.reason == NO_ROOM else Kind.REFUND_DUE
    return _mail(session, kind, refund)


def refund_processed(session: Session, refund: Refund) -> Email:
    """To the guest: his bank has it."""
    return _mail(session, Kind.REFUND_PROCESSED, refund)


def refund_needs_attention(session: Session, refund: Refund) -> Email:
    """To the guest: the gateway needs an account of his."""
    return _mail(session, Kind.REFUND_NEEDS_ATTENTION, refund)


def _mail(session: Session, kind: Kind, refund: Refund) -> Email:
    known = booking_emails.facts(session, refund.booking_id)
    extra = {"refund_amount": refund.amount, "refund_reason": refund.reason, "currency": refund.currency}
    words = render(kind, **(booking_emails.stay_of(known) | extra))
    return Email(kind, refund.id, known["guest_email"], words.subject, words.text, words.html)
