"""One system behind nginx for all of these tests. Each leaves every process running."""

from collections.abc import Iterator

import pytest

from tests.ship.shipped import Shipped
from tests.ship.shipped import shipped as started


@pytest.fixture(scope="session")
def shipped(request: pytest.FixtureRequest) -> Iterator[Shipped]:
    """Started once; after a failure its logs stay in the folder of the system."""
    with started(keep_logs=lambda: request.session.testsfailed > 0) as system:
        yield system
