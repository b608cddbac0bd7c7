"""What accounts ask of modules above them, and of themselves for later."""

from app.core.jobs import HOUR, Job, Queue, declare

EMAIL_VERIFIED = declare(Job("auth.email_verified", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
PASSWORD_FORGOTTEN = declare(Job("auth.password_forgotten", Queue.BULK, limit=30, attempts=5, give_up_after=HOUR))
FORGET_LINKS = declare(Job("auth.forget_links", Queue.BULK, limit=120, attempts=3, give_up_after=HOUR))
