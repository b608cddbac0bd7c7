"""Payments: the sandbox as the gateway, its webhooks over real HTTP into the application."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.payments import paystack
from sandbox.server import Sandbox
from tests.api import Api
from tests.payments.stage import Stage
from tests.payments.till import Till


@pytest.fixture(autouse=True)
def rested_gateway() -> None:
    """No test inherits another's open breaker."""
    paystack._client.cache_clear()


@pytest.fixture
def till(sandbox: Sandbox, application: Flask) -> Iterator[Till]:
    """The sandbox's levers; refunds take 50 ms a step."""
    before = sandbox.world.settings.everything()
    sandbox.world.settings.change({"refund_step_seconds": 0.05, "retry_factor": 0.02})
    yield Till(sandbox)
    sandbox.world.settings.change(before)


@pytest.fixture
def stage(api: Api, till: Till) -> Stage:
    return Stage(api)


@pytest.fixture(scope="session")
def listening(application: Flask) -> Iterator[str]:
    """The application behind a real socket. Yields the webhook's address."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/webhooks/paystack"
    server.shutdown()


@pytest.fixture
def webhooks(sandbox: Sandbox, listening: str) -> Iterator[None]:
    """The gateway knows where to send its webhooks."""
    sandbox.webhook_url = listening
    yield
    sandbox.webhook_url = None


@pytest.fixture
def impatient(with_settings: Callable[..., object]) -> None:
    """The gateway has a fifth of a second to answer."""
    with_settings(paystack_read_timeout=0.2, paystack_connect_timeout=0.2)


@pytest.fixture
def paid(stage: Stage, till: Till, run_jobs: Callable[[], int]) -> str:
    """The reference of a payment whose booking is confirmed."""
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    till.switch(scope=reference, refund_path="stuck_pending")
    return reference
