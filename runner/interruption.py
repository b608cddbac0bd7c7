"""Ctrl-C, a closed terminal and SIGTERM all end a command the same, orderly way."""

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from runner.paths import ROOT

INTERRUPTED_EXIT = 130
CHILD_PATIENCE = 15.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):  # like KeyboardInterrupt: no error, and nobody catches it by accident
    """The user, or the machine, wants the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """Inside, Ctrl-C is the child's business alone: in a shell it takes back a line and ends nothing."""

    def ours_is_nothing(_number: int, _frame: FrameType | None) -> None:
        return None

    before = signal.signal(signal.SIGINT, ours_is_nothing)  # a handler; SIG_IGN would be passed on to the child
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, the first signal raises Interrupted; later ones are ignored, so that nothing breaks off the clean-up."""
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def once(number: int, _frame: FrameType | None) -> None:
        for other in SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted(number)

    for number in SIGNALS:
        signal.signal(number, once)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command on our terminal and give its exit status. When interrupted, it gets time to clean up first."""
    guarded = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    child = subprocess.Popen(guarded, env=environment, cwd=ROOT)
    try:
        return child.wait()
    except Interrupted as interrupted:
        # A terminal has sent its SIGINT to the child as well, and two would break off the child's own clean-up.
        if interrupted.number != signal.SIGINT:
            child.send_signal(signal.SIGINT)
        try:
            child.wait(CHILD_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise
