"""Mail's jobs: a mail that waits in its row goes out; what must not be kept is forgotten."""

from app.core.jobs import HOUR, Job, Queue, declare

SEND_EMAIL = declare(Job("mail.send", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
FORGET_SECRETS = declare(Job("mail.forget_secrets", Queue.BULK, limit=120, attempts=3, give_up_after=HOUR))
