"""`./dev bench`: load and limits, side by side, on systems of their own."""

import sys

from runner.environment import surroundings
from runner.interruption import run_in_foreground


def bench(arguments: list[str]) -> int:
    """Each bench starts the system that it needs."""
    return run_in_foreground([sys.executable, "-m", "bench", *arguments], surroundings())
