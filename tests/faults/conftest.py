"""One whole system for all fault tests of a run. Each leaves it as it found it, but for its bookings: at rest, and whole."""

from collections.abc import Iterator

import pytest

# Before they are imported: what they assert is then shown with its values.
pytest.register_assert_rewrite("tests.faults.invariants", "tests.faults.outcome", "tests.faults.running")

from tests.faults.running import Running, started  # noqa: E402


@pytest.fixture(scope="session")
def whole_system(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Started once; after a failure its logs stay in the folder of the system."""
    with started(keep_logs=lambda: request.session.testsfailed > 0) as system:
        yield system


@pytest.fixture
def running(whole_system: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The system; when the test has passed, all of it comes to rest and is found whole."""
    failed_before = request.session.testsfailed
    yield whole_system
    if request.session.testsfailed == failed_before:
        whole_system.come_to_rest()
        whole_system.assert_whole()
