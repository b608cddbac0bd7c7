"""Jobs about money and confirmations."""

from uuid import UUID

from app.bookings.jobs import HOLD_LAPSED, REFUND_DUE
from app.payments.jobs import CONFIRM_PAID, FOLLOW_REFUND, REFUND, START_PAYMENT, VERIFY_PAYMENT
from app.payments.service import confirm, follow, refund, start, verify
from workers.binding import runs


@runs(HOLD_LAPSED)
def hold_lapsed(booking_id: UUID) -> None:
    verify.at_hold_end(booking_id)


@runs(REFUND_DUE)
def refund_due(booking_id: UUID, reason: str) -> None:
    refund.of_booking(booking_id, reason)


@runs(START_PAYMENT)
def start_payment(payment_id: UUID) -> None:
    start.follow_up(payment_id)


@runs(VERIFY_PAYMENT)
def verify_payment(payment_id: UUID) -> None:
    verify.verify(payment_id)


@runs(CONFIRM_PAID)
def confirm_paid(payment_id: UUID) -> None:
    confirm.paid(payment_id)


@runs(REFUND)
def send_refund(refund_id: UUID) -> None:
    refund.send(refund_id)


@runs(FOLLOW_REFUND)
def follow_refund(refund_id: UUID) -> None:
    follow.follow(refund_id)
