"""Flower as operators run it: a password at the door, and every run to be seen, by names and ids alone."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from runner.children import end, launch
from runner.paths import ROOT
from runner.ports import pick
from tests.workers import effects
from tests.workers.jobs_for_tests import NOTE
from tests.workers.processes import System, eventually
from tests.workers.rows import count, promise

pytestmark = pytest.mark.timeout(120)

OPERATOR = ("operator", "a-password-of-tests")


@pytest.fixture
def system(application: object, tmp_path: Path) -> Iterator[System]:
    effects.prepare()
    running = System(tmp_path)
    running.begin()
    yield running
    running.stop()


@pytest.fixture
def flower(system: System) -> Iterator[str]:
    """Its address, once it answers."""
    port = pick()
    command = ["-m", "celery", "-A", "workers.celery_app", "flower", "--address=127.0.0.1", f"--port={port}"]
    environment = system.environment | {"PROCESS": "flower", "FLOWER_BASIC_AUTH": ":".join(OPERATOR)}
    child = launch([sys.executable, *command], log=system.folder / "flower.log", env=environment, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: answers(f"{address}/healthcheck"), within=60)
    yield address
    end(child, signal.SIGTERM, patience=5)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def runs(flower: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = requests.get(f"{flower}/api/tasks", auth=OPERATOR, timeout=10).json()
    return list(found.values())


def test_case_75_it_shows_every_run_without_its_payload_and_asks_for_a_password(system: System, flower: str) -> None:
    for path in ("/", "/tasks", "/api/tasks", "/api/workers"):
        for stranger in (None, (OPERATOR[0], "another"), ("another", OPERATOR[1])):
            assert requests.get(flower + path, auth=stranger, timeout=10).status_code == 401, path
    system.relay()
    system.worker()
    row_id = promise(NOTE, word="said-in-the-payload")
    eventually(lambda: count() == 0)
    eventually(lambda: [run["state"] for run in runs(flower)] == ["SUCCESS"], within=30)
    (run,) = runs(flower)
    assert (run["name"], run["args"]) == (NOTE.name, f"[{row_id}]")
    assert "said-in-the-payload" not in str(run)
    # Prometheus reads figures without the password: names and counts, no arguments.
    figures = requests.get(f"{flower}/metrics", timeout=10).text
    assert f'task="{NOTE.name}",type="task-succeeded"' in figures
    assert f"[{row_id}]" not in figures
