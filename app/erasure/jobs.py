"""What an erasure leaves for later."""

from app.core.jobs import HOUR, Job, Queue, declare

ERASE_STRAGGLERS = declare(Job("erasure.stragglers", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
