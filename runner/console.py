"""What the runner says to people, and the end of a log when something went wrong.

Everything goes to standard error: standard output belongs to results, whose last line may be JSON.
"""

import sys
from collections import deque
from pathlib import Path


class RunnerError(Exception):
    """Something the user should read as one message, without a traceback."""


def say(text: str = "") -> None:
    print(text, file=sys.stderr, flush=True)


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a log, indented; a sentence when there is none."""
    if not path.exists():
        return f"  ({path} was never written)"
    with path.open(errors="replace") as log:
        last = deque(log, maxlen=lines)
    return "".join(f"  {line}" for line in last).rstrip() or f"  ({path} is empty)"
