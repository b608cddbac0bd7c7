"""One whole system for all fault tests of a run; they leave it as they found it, but for their bookings."""

from collections.abc import Iterator

import pytest

from tests.faults.running import Running, started


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with started() as system:
        yield system
