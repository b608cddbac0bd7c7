"""Processes behind nginx that go and come back."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.ship.composed import nginx_variables
from tests.ship.shipped import Replica


@contextmanager
def killed(replica: Replica) -> Iterator[None]:
    """Dead within; afterwards it runs again and nginx sends requests to it again."""
    replica.kill()
    try:
        yield
    finally:
        replica.start()
        replica.wait_ready()
        time.sleep(seconds_shunned(replica.kind))


def seconds_shunned(kind: str) -> float:
    """How long nginx keeps away from a process that failed it, however soon that is back."""
    (told,) = re.findall(r"fail_timeout=(\d+)s", nginx_variables()[f"NGINX_{kind.upper()}"])
    return float(told)
