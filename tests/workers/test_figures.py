"""In a container of its own a worker tells what its children counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.core import metrics
from runner.ports import pick
from tests.workers import effects
from tests.workers.jobs_for_tests import NOTE
from tests.workers.processes import System, eventually
from tests.workers.rows import promise

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    (tmp_path / "metrics").mkdir()
    told = pick()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setenv("WORKER_METRICS_PORT", str(told))
    return told


@pytest.fixture
def system(application: object, port: int, tmp_path: Path) -> Iterator[System]:
    effects.prepare()
    running = System(tmp_path)
    running.begin()
    yield running
    running.stop()


def test_a_worker_tells_what_its_children_did(system: System, port: int) -> None:
    system.relay()
    system.worker()
    promise(NOTE, word="once")
    counted = f'{metrics.JOBS._name}_count{{job="{NOTE.name}",outcome="done"}} 1.0'
    eventually(lambda: counted in requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text)
