"""What hotels ask of workers."""

from app.core.jobs import HOUR, Job, Queue, declare

FORGET_INVITATIONS = declare(Job("hotels.forget_invitations", Queue.BULK, limit=120, attempts=3, give_up_after=HOUR))
