"""What payments promise to do later: always the network's part, never inside the transaction that promised it."""

from app.core.jobs import HOUR, Job, Queue, declare

THREE_DAYS = 72 * HOUR

START_PAYMENT = declare(Job("payments.start", Queue.CRITICAL, limit=30, attempts=10, give_up_after=THREE_DAYS))
VERIFY_PAYMENT = declare(Job("payments.verify", Queue.CRITICAL, limit=10, attempts=10, give_up_after=THREE_DAYS))
CONFIRM_PAID = declare(Job("payments.confirm_paid", Queue.CRITICAL, limit=20, attempts=10, give_up_after=THREE_DAYS))
REFUND = declare(Job("payments.refund", Queue.CRITICAL, limit=30, attempts=10, give_up_after=THREE_DAYS))
FOLLOW_REFUND = declare(Job("payments.follow_refund", Queue.CRITICAL, limit=10, attempts=10, give_up_after=THREE_DAYS))
RECONCILE = declare(Job("payments.compare", Queue.BULK, limit=300, attempts=3, give_up_after=HOUR))
