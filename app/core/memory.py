"""A bound on what one piece of work may take, below the one at which the kernel ends the whole process."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = resource.getpagesize()
STATM = Path("/proc/self/statm")


@contextmanager
def bounded(most_bytes: int) -> Iterator[None]:
    """Inside, this process gets at most so much more memory than it has now: what asks for more meets a MemoryError.

    The bound is the process's, so it is for processes that do one thing at a time, as a worker's child does.
    """
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = int(STATM.read_text().split()[0]) * PAGE + most_bytes
    lower = [limit for limit in (before, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *lower]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
