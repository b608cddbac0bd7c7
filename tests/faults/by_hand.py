"""Programs of a system that a test starts itself: the command of `supervisord.conf`, in an environment of the test's own."""

import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

from runner.children import descendants_of, end, kill_all, launch
from runner.paths import ROOT
from runner.supervision import CONFIGURATION

STOP_PATIENCE = 12.0


@contextmanager
def by_hand(name: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program runs for the length of the block; whatever is left of it then is killed."""
    own = dict(environment) | shell_words(_configured(name, "environment", environment))
    child = launch(shlex.split(_configured(name, "command", environment)), log=log, env=own, cwd=ROOT)
    family: list[int] = []
    try:
        yield child
    finally:
        family = descendants_of(child.pid)
        end(child, signal.SIGTERM, patience=STOP_PATIENCE)
        kill_all(family)


def shell_words(assignments: str) -> dict[str, str]:
    """`A="1",B="2"` as a mapping; empty of nothing."""
    pairs = [word.partition("=") for word in shlex.split(assignments.replace(",", " "))]
    return {name: value for name, _, value in pairs}


def _configured(name: str, option: str, environment: Mapping[str, str]) -> str:
    """What supervisord would make of it."""
    file = RawConfigParser()
    file.read(CONFIGURATION)
    written = file.get(f"program:{name}", option, fallback="")
    return written % {f"ENV_{variable}": value for variable, value in environment.items()}
