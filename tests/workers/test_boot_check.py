"""Case 53: a process that is patched and should not be, or should be and is not, does not start, and says why."""

import os
import subprocess
import sys

import pytest

PATCH = "from gevent import monkey; monkey.patch_all(); "
CHECK = "from app.core.boot_check import refuse_wrong_process; refuse_wrong_process({process!r})"


def start(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


OTHERS = ("web", "worker", "relay", "beat", "flower")
CHECK_ALL = """
from app.core.boot_check import refuse_wrong_process
for process in {processes!r}:
    try:
        refuse_wrong_process(process)
        print(process, "starts")
    except SystemExit as refusal:
        print(refusal)
"""


def test_case_53_all_but_realtime_refuse_the_patch() -> None:
    answered = start(PATCH + CHECK_ALL.format(processes=OTHERS))
    reason = "gevent has patched the standard library, which only realtime may run with"
    assert answered.stdout.splitlines() == [f"{process} does not start: {reason}" for process in OTHERS]


def test_unpatched_they_start() -> None:
    answered = start(CHECK_ALL.format(processes=(*OTHERS, "cli")))
    assert answered.stdout.splitlines() == [f"{process} starts" for process in (*OTHERS, "cli")]


def test_realtime_starts_when_patched() -> None:
    started = start(PATCH + CHECK.format(process="realtime"))
    assert (started.returncode, started.stderr) == (0, "")


def test_realtime_refuses_to_start_unpatched() -> None:
    refused = start(CHECK.format(process="realtime"))
    assert refused.returncode == 1
    assert refused.stderr.startswith("realtime does not start: gevent must patch the standard library first")


@pytest.mark.parametrize(
    ("code", "environment"),
    [("import psycopg; " + PATCH, {}), (PATCH, {"PSYCOPG_WAIT_FUNC": "wait_c"})],
    ids=["imported too early", "forced"],
)
def test_realtime_refuses_a_psycopg_that_would_stop_the_loop(code: str, environment: dict[str, str]) -> None:
    refused = start(code + CHECK.format(process="realtime"), **environment)
    assert refused.returncode == 1
    assert "psycopg waits with" in refused.stderr


def test_realtime_refuses_gevent_websocket(tmp_path: os.PathLike[str]) -> None:
    package = os.path.join(tmp_path, "geventwebsocket")
    os.mkdir(package)
    with open(os.path.join(package, "__init__.py"), "w"):
        pass
    code = f"import sys; sys.path.append({str(tmp_path)!r}); " + PATCH
    refused = start(code + CHECK.format(process="realtime"))
    assert refused.returncode == 1
    assert "gevent-websocket is installed" in refused.stderr


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_celery_refuses_the_patch(command: str) -> None:
    code = PATCH + f"from workers.celery_app import celery_app; celery_app.start(['{command}'])"
    refused = start(code, PROCESS=command)
    assert refused.returncode == 1
    assert f"{command} does not start: gevent has patched" in refused.stderr


def test_the_relay_refuses_the_patch() -> None:
    refused = start(PATCH + "import runpy; runpy.run_module('workers.relay', run_name='__main__')")
    assert refused.returncode == 1
    assert "relay does not start: gevent has patched" in refused.stderr
