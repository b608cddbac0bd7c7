"""The work about photos that waits for the object store."""

from app.core.jobs import HOUR, Job, Queue, declare

CHECK_PHOTO = declare(Job("photos.check", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
CLEAR_PHOTO = declare(Job("photos.clear", Queue.BULK, limit=30, attempts=10, give_up_after=24 * HOUR))
