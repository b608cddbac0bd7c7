"""A job that does nothing, bound as real ones are, and the same as a task of bare Celery. Workers load it with `--include`.

Each run leaves `word number seconds` (of the epoch, when it began) as one line of the file BENCH_STARTS.
"""

import os
import time

from app.core.jobs import Job, Queue, declare
from workers.binding import runs
from workers.celery_app import celery_app

STARTS = "BENCH_STARTS"
NOTHING = declare(Job("bench.nothing", Queue.CRITICAL, limit=10))
BARE = "bench.bare"


@runs(NOTHING)
def nothing(number: int) -> None:
    _note("row", number)


def bare(number: int) -> None:
    _note("bare", number)


celery_app.task(bare, name=BARE, queue=str(Queue.CRITICAL), time_limit=10)


def _note(word: str, number: int) -> None:
    began = time.time()
    starts = os.open(os.environ[STARTS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(starts, f"{word} {number} {began:.6f}\n".encode())
    os.close(starts)
