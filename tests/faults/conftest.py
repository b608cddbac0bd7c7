"""One whole system for all fault tests of a run; they leave it as they found it, but for their bookings."""

from collections.abc import Iterator

import pytest

from tests.faults.running import Running, started


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Started once; after a failure its logs stay in the folder of the system."""
    with started(keep_logs=lambda: request.session.testsfailed > 0) as system:
        yield system
