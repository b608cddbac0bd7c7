"""Side by side: every contender plays in every round, so that what else the machine does meets all of them alike."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

ROUNDS = 5


def side_by_side(contenders: Mapping[str, Callable[[], T]], rounds: int = ROUNDS) -> dict[str, list[T]]:
    """What each returned in each round. Every other round plays in the opposite order."""
    results: dict[str, list[T]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders)
        for name in order if number % 2 == 0 else reversed(order):
            results[name].append(contenders[name]())
            say(f"  round {number + 1}/{rounds}  {name}: {results[name][-1]}")
    return results


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share (0 to 1) of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def say(sentence: str) -> None:
    """For whoever watches; figures go to standard output."""
    print(sentence, file=sys.stderr, flush=True)
