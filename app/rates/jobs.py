"""The work about rates that is done behind the requests."""

from app.core.jobs import HOUR, Job, Queue, declare

EXTEND_RATES = declare(Job("rates.extend_spans", Queue.BULK, limit=600, attempts=3, give_up_after=HOUR))
