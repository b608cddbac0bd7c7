"""`./dev down` and `./dev reset`."""

import os
import signal
import time

from runner.claim import holder
from runner.commands.up import NAME, new_system
from runner.console import RunnerError, say

PATIENCE = 25.0


def down(_arguments: list[str]) -> int:
    """Ask a running `./dev up` to stop, and wait until it has."""
    pid = holder(NAME)
    if pid is None:
        say("./dev up is not running")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while holder(NAME) == pid:
        if time.monotonic() > deadline:
            raise RunnerError(f"process {pid} is still stopping after {PATIENCE:.0f} s")
        time.sleep(0.1)
    say("stopped")
    return 0


def reset(_arguments: list[str]) -> int:
    """Delete the data of `./dev up`; refuses while it runs."""
    new_system().destroy()
    say("the data of ./dev up is gone")
    return 0
