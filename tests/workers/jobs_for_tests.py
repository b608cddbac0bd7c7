"""Jobs that exist in tests alone, bound as real ones are. A worker loads them with `--include tests.workers.jobs_for_tests`."""

import os
import signal
import time
from uuid import UUID

from app.core.errors import Conflict, Unavailable
from app.core.jobs import Job, Queue, declare
from app.core.logging import current_request_id
from tests.workers import effects
from workers.binding import runs, tick

NOTE = declare(Job("tests.note", Queue.CRITICAL, limit=5))
NOTE_IN_BULK = declare(Job("tests.note_in_bulk", Queue.BULK, limit=5))
TYPED = declare(Job("tests.typed", Queue.BULK, limit=5))
SLOW = declare(Job("tests.slow", Queue.CRITICAL, limit=3, attempts=3))
POISON = declare(Job("tests.poison", Queue.CRITICAL, limit=1, attempts=2))
DYING_ONCE = declare(Job("tests.dying_once", Queue.CRITICAL, limit=1, attempts=3))
AWAY = declare(Job("tests.away", Queue.CRITICAL, limit=5, attempts=2, give_up_after=60))
REFUSED = declare(Job("tests.refused", Queue.CRITICAL, limit=5))
BROKEN = declare(Job("tests.broken", Queue.CRITICAL, limit=5, attempts=2))


@runs(NOTE)
def note(word: str) -> None:
    effects.note(word, current_request_id())


@runs(NOTE_IN_BULK)
def note_in_bulk(word: str) -> None:
    effects.note(word)


@runs(TYPED)
def typed(booking_id: UUID, number: int, word: str) -> None:
    effects.note(f"{type(booking_id).__name__} {type(number).__name__} {type(word).__name__}")


@runs(SLOW)
def slow(milliseconds: int) -> None:
    effects.note("begun", origin=str(os.getppid()))
    time.sleep(milliseconds / 1000)
    effects.note("ended")


@runs(POISON)
def poison() -> None:
    effects.note("poison")
    os.kill(os.getpid(), signal.SIGKILL)


@runs(DYING_ONCE)
def dying_once() -> None:
    effects.note("run")
    if effects.words().count("run") == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@runs(AWAY)
def away() -> None:
    raise Unavailable("The vendor is away", retry_after=7)


@runs(REFUSED)
def refused() -> None:
    raise Conflict("Not now, not ever")


@runs(BROKEN)
def broken() -> None:
    raise ValueError("a bug\nwith secrets on its second line")


@tick("tests.tick")
def ticked() -> None:
    effects.note("tick")
