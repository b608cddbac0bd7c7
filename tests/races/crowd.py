"""Many people at once: threads that start together, each on connections of its own."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import text

from app.core.db import reading

T = TypeVar("T")

OVERLAPS = """
SELECT count(*) FROM allocations a JOIN allocations b ON a.room_id = b.room_id AND a.id < b.id AND a.stay && b.stay
"""


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Runs all calls, released together; their results in the order of the calls."""
    barrier = threading.Barrier(len(calls))

    def released(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(released, calls))


def statuses(answers: Sequence[Any]) -> Counter[int]:
    """How often each status was answered."""
    return Counter(answer.status_code for answer in answers)


def overlaps() -> int:
    """Pairs of allocations that share a night of a room: what must never be."""
    with reading() as session:
        return int(session.scalar(text(OVERLAPS)) or 0)
