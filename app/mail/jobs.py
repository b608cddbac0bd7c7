"""Mail's one job: a mail that waits in its row goes out."""

from app.core.jobs import HOUR, Job, Queue, declare

SEND_EMAIL = declare(Job("mail.send", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
