"""What bookings ask of modules above them, and of workers."""

from enum import StrEnum

from app.core.jobs import HOUR, Job, Queue, declare


class WhyBack(StrEnum):
    """Why money of a booking goes back by its terms: the `reason` of REFUND_DUE, and of the refunds that it makes."""

    CANCELLATION = "cancellation"
    WAIVER = "penalty_waived"
    CHANGE = "booking_changed"


HOLD_LAPSED = declare(Job("bookings.hold_lapsed", Queue.CRITICAL, limit=20, attempts=10, give_up_after=72 * HOUR))
REFUND_DUE = declare(Job("bookings.refund_due", Queue.CRITICAL, limit=10, attempts=10, give_up_after=72 * HOUR))
FORGET_TRACES = declare(Job("bookings.forget_traces", Queue.BULK, limit=120, attempts=3, give_up_after=HOUR))
