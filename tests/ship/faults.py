"""Processes behind nginx that go and come back."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.ship.shipped import Replica


@contextmanager
def killed(replica: Replica) -> Iterator[None]:
    """Dead within; started again afterwards."""
    replica.kill()
    try:
        yield
    finally:
        replica.start()
        replica.wait_ready()
