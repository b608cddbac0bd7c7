"""Case 61 where it matters: two processes on one address, and their limit is one; case 60: so it stays without Redis."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.core.rate_limit import MOMENT
from tests.faults.running import Running
from tests.faults.second_web import SecondWeb, second_web

pytestmark = pytest.mark.timeout(180)

MOST, WORKERS = 8, 2


def nobody() -> dict[str, str]:
    """Another each time: wrong passwords for one e-mail are counted elsewhere as well."""
    return {"email": f"{uuid.uuid4().hex}@example.com", "password": "correct-horse-battery"}


@pytest.fixture
def web(running: Running, tmp_path: Path) -> Iterator[SecondWeb]:
    """One whose two workers may be asked for so many logins an hour."""
    limits = {"WEB_WORKERS": str(WORKERS), "WEB_PROCESSES": str(WORKERS), "RATE_LIMIT_AUTH": f"{MOST}/hour"}
    with second_web(running, tmp_path, limits | {"REDIS_PREFIX": f"limits-{tmp_path.name}:"}) as started:
        yield started


def let_in(web: SecondWeb, times: int) -> int:
    """Each by a connection of its own, so that any worker may get it, and after a moment in which they hear of each other."""
    told = []
    for _ in range(times):
        told.append(requests.post(f"{web.api}/auth/login", json=nobody(), timeout=10).status_code)
        time.sleep(2.5 * MOMENT)
    assert set(told) <= {401, 429}
    return told.count(401)


def test_case_61_two_processes_keep_one_limit(web: SecondWeb) -> None:
    """But for the one request by which a process that had heard of nothing for a while hears."""
    assert MOST <= let_in(web, 2 * MOST) <= MOST + WORKERS
    assert let_in(web, 4) <= 1


def test_case_60_without_redis_they_keep_their_shares(running: Running, web: SecondWeb) -> None:
    died = running.kill("redis")
    try:
        assert let_in(web, 3 * MOST) <= MOST + 2 * WORKERS
        assert let_in(web, 4) <= WORKERS
    finally:
        running.back("redis", died)
