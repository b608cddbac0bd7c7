"""One whole system for all fault tests of a run; they leave it as they found it, but for their bookings."""

from collections.abc import Iterator

import pytest

# Before they are imported: what they assert is then shown with its values.
pytest.register_assert_rewrite("tests.faults.invariants", "tests.faults.outcome", "tests.faults.running")

from tests.faults.running import Running, started  # noqa: E402


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Started once; after a failure its logs stay in the folder of the system."""
    with started(keep_logs=lambda: request.session.testsfailed > 0) as system:
        yield system
