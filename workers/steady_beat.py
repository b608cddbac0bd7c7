"""Beat that ticks on when its clock is set back, or when it follows one whose clock was ahead.

Celery's own remembers when each entry last ran, in its file too, and waits until its clock has come to that again: five minutes
without a tick for five minutes that a clock was ahead.
"""

from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):  # type: ignore[misc]  # the library is untyped
    """Celery's scheduler; an entry that ran in the future has run just now."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Sends what is due. Returns the seconds until it wants to look again."""
        self._forget_the_future()
        wait: float = super().tick(*args, **kwargs)
        return wait

    def _forget_the_future(self) -> None:
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # it is in the order of the wrong instants; the next look makes another
