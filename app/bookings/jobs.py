"""What bookings ask of modules above them."""

from app.core.jobs import HOUR, Job, Queue, declare

HOLD_LAPSED = declare(Job("bookings.hold_lapsed", Queue.CRITICAL, limit=20, attempts=10, give_up_after=72 * HOUR))
REFUND_DUE = declare(Job("bookings.refund_due", Queue.CRITICAL, limit=10, attempts=10, give_up_after=72 * HOUR))
