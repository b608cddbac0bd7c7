"""supervisord for real, with programs that only sleep."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.children import is_alive
from runner.console import RunnerError
from runner.environment import surroundings
from runner.supervision import Supervisor

CONFIGURATION = """
[supervisord]
nodaemon=true
silent=true
pidfile=%(ENV_RUN_DIR)s/supervisord.pid
logfile=%(ENV_RUN_DIR)s/log/supervisord.log
[unix_http_server]
file=%(ENV_RUN_SOCKET)s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[group:app]
programs=sleeper,parent
[program:sleeper]
command=sleep 1000
autostart=false
autorestart=true
startsecs=0
[program:parent]
command=sh -c "sleep 1000 & sleep 1000; true"
autostart=false
autorestart=true
startsecs=0
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    configuration = tmp_path / "supervisord.conf"
    configuration.write_text(CONFIGURATION)
    made = Supervisor(tmp_path, configuration)
    try:
        made.start({**surroundings(), "RUN_DIR": str(tmp_path), "RUN_SOCKET": str(made.socket)})
        yield made
    finally:
        made.stop()


def wait_for_another(supervisor: Supervisor, name: str, former: int) -> int:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        pid = supervisor.info(name).pid
        if pid not in {0, former}:
            return pid
        time.sleep(0.02)
    raise AssertionError(f"{name} did not come back")


def test_what_is_killed_comes_back_and_what_is_stopped_does_not(supervisor: Supervisor) -> None:
    supervisor.start_program("sleeper")
    supervisor.start_program("sleeper")
    former = supervisor.info("sleeper").pid
    os.kill(former, signal.SIGKILL)
    assert wait_for_another(supervisor, "sleeper", former) != former
    supervisor.stop_program("sleeper")
    supervisor.stop_program("sleeper")
    info = supervisor.info("sleeper")
    assert (info.state, info.pid) == ("STOPPED", 0)


def test_an_unknown_program_is_named_in_the_refusal(supervisor: Supervisor) -> None:
    with pytest.raises(RunnerError, match="startProcess nobody"):
        supervisor.start_program("nobody")


def test_stopping_takes_orphans_along(supervisor: Supervisor) -> None:
    supervisor.start_program("parent")
    parent = supervisor.info("parent").pid
    children = wait_for_children(parent)
    os.kill(parent, signal.SIGKILL)
    wait_for_another(supervisor, "parent", parent)
    assert [is_alive(pid) for pid in children] == [True, True]
    supervisor.stop()
    supervisor.stop()
    assert [is_alive(pid) for pid in children] == [False, False]
    assert supervisor.running is False
    assert not supervisor.folder.exists()


def wait_for_children(parent: int) -> list[int]:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        children = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        if len(children) == 2:
            return children
        time.sleep(0.02)
    raise AssertionError("the two children did not start")
