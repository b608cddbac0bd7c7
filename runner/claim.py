"""One running system per name: a lock that ends with its holder, however that ended."""

import fcntl
import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from runner.console import RunnerError
from runner.paths import LOCAL


class AlreadyRunningError(RunnerError):
    """Another process runs the system of that name."""

    def __init__(self, name: str, pid: int | None) -> None:
        super().__init__(f"“{name}” is already running (process {pid}); ./dev down stops it")
        self.pid = pid


@dataclass
class Claim:
    """The right to use `.local/NAME`, until `release` or the end of this process."""

    name: str
    lock: IO[str]

    def release(self) -> None:
        self.lock.close()


def claim(name: str) -> Claim:
    """Take the name. Raises AlreadyRunningError when another process holds it."""
    LOCAL.mkdir(exist_ok=True)
    lock = _lock_file(name).open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunningError(name, holder(name)) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return Claim(name, lock)


def claim_any(name: str) -> Claim:
    """Take the name, or NAME-2, NAME-3 … when others run: systems that share nothing may run side by side."""
    for number in count(1):
        try:
            return claim(name if number == 1 else f"{name}-{number}")
        except AlreadyRunningError:
            continue
    raise AssertionError


def holder(name: str) -> int | None:
    """The process that runs the system of that name, None when nobody does."""
    try:
        lock = _lock_file(name).open()
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read().strip() or 0) or None
    return None


def _lock_file(name: str) -> Path:
    return LOCAL / f"{name}.lock"
