"""A busy database: bookings in every state that we have, some of them half-way."""

from collections.abc import Callable, Iterator

import pytest

from app.payments import paystack
from sandbox.server import Sandbox
from tests.api import Api
from tests.audit.busy import build
from tests.payments.till import Till


@pytest.fixture
def till(sandbox: Sandbox) -> Iterator[Till]:
    """The sandbox's levers; refunds take 50 ms a step."""
    paystack._client.cache_clear()
    before = sandbox.world.settings.everything()
    sandbox.world.settings.change({"refund_step_seconds": 0.05})
    yield Till(sandbox)
    sandbox.world.settings.change(before)


@pytest.fixture
def busy(api: Api, till: Till, run_jobs: Callable[[], int]) -> None:
    """The database is busy."""
    build(api, till, run_jobs)
