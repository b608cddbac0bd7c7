"""A circuit breaker that never makes one caller wait for another: its lock is held for counting, not for the call."""

import threading
import time


class Breaker:
    """After `failures` in a row nobody is admitted for `rest_seconds`; then one probe is, and its outcome decides.

    A probe that never reports back costs one more rest, not the breaker.
    """

    def __init__(self, failures: int, rest_seconds: float) -> None:
        self.failures, self.rest_seconds = failures, rest_seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._rests_until = 0.0

    def admits(self) -> bool:
        """Whether the caller may try now. Whoever is admitted while the breaker is open is the probe."""
        with self._lock:
            if self._in_a_row < self.failures:
                return True
            if time.monotonic() < self._rests_until:
                return False
            self._rests_until = time.monotonic() + self.rest_seconds
            return True

    def succeeded(self) -> None:
        """The call was answered: closed again."""
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        """The call was not answered."""
        with self._lock:
            self._in_a_row += 1
            self._rests_until = time.monotonic() + self.rest_seconds
