"""The request path's Redis: one who waits finds out for all."""

import threading
import time
from typing import Any

import pytest
import redis

from app.core import rate_limit, redis_client


@pytest.fixture(autouse=True)
def nobody_else_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the thread that settles the limits."""
    monkeypatch.setattr(rate_limit.Counter, "settle", lambda _self: None)
    time.sleep(2 * rate_limit.MOMENT)


def test_only_one_looks_whether_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "REST_SECONDS", 0.2)
    redis_client.connect("redis://127.0.0.1:1/0", "test:")
    looks: list[float] = []

    def frozen(_client: Any) -> str:
        looks.append(time.monotonic())
        time.sleep(0.1)
        raise redis.TimeoutError

    assert redis_client.ask(frozen, default="away") == "away"
    assert redis_client.ask(frozen, default="away") == "away"
    assert len(looks) == 1
    time.sleep(0.25)
    threads = [threading.Thread(target=redis_client.ask, args=(frozen, "away")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(looks) == 2


def test_all_ask_again_once_it_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "REST_SECONDS", 0.05)
    redis_client.connect("redis://127.0.0.1:1/0", "test:")

    def away(_client: Any) -> str:
        raise redis.ConnectionError

    redis_client.ask(away, default="away")
    time.sleep(0.1)
    assert [redis_client.ask(lambda _client: "there", default="away") for _ in range(3)] == ["there"] * 3
